import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ConfigError, readConfig } from './config.js';

const KEY = randomBytes(32).toString('base64');

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('is embedded and local when nothing is set', () => {
    expect(readConfig({}, false)).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: './data',
      timezone: 'UTC',
      clockSeconds: 60,
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  it('takes every variable', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '0.0.0.0',
      TENURE_DATA_DIR: '/var/lib/tenure',
      EVENTSTORE_URL: 'esdb+discover://admin:changeit@cluster.example.org:2113?tls=true',
      DATABASE_URL: 'postgresql://tenure:secret@db.example.org/tenure',
      TENURE_ADMIN_KEY: 'a'.repeat(32),
      TENURE_MASTER_KEY: KEY,
      TENURE_TIMEZONE: 'Europe/Berlin',
      TENURE_CLOCK_SECONDS: '0',
      OIDC_ISSUER: 'https://login.example.org/realms/a',
      OIDC_AUDIENCE: 'tenure',
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'pretty',
    });
    expect(config).toEqual({
      port: 0,
      host: '0.0.0.0',
      dataDir: '/var/lib/tenure',
      eventStoreUrl: 'esdb+discover://admin:changeit@cluster.example.org:2113?tls=true',
      databaseUrl: 'postgresql://tenure:secret@db.example.org/tenure',
      adminKey: 'a'.repeat(32),
      masterKey: Buffer.from(KEY, 'base64'),
      timezone: 'Europe/Berlin',
      clockSeconds: 0,
      oidc: { issuer: 'https://login.example.org/realms/a', audience: 'tenure' },
      logLevel: 'debug',
      logFormat: 'pretty',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('logs prettily for a person at a terminal unless told otherwise', () => {
    expect(readConfig({}, true).logFormat).toBe('pretty');
    expect(readConfig({ LOG_FORMAT: 'json' }, true).logFormat).toBe('json');
  });

  it('takes an empty variable for an unset one and drops the space around a value', () => {
    expect(readConfig({ DATABASE_URL: '', OIDC_ISSUER: ' ', PORT: ' 8080\n' })).toMatchObject({ port: 8080 });
  });

  it("turns KurrentDB's scheme into the one that the client library knows", () => {
    expect(readConfig({ EVENTSTORE_URL: 'kurrentdb://a:2113,b:2113?tls=false' }).eventStoreUrl).toBe(
      'esdb://a:2113,b:2113?tls=false',
    );
    expect(readConfig({ EVENTSTORE_URL: 'kurrentdb+discover://a:2113' }).eventStoreUrl).toBe(
      'esdb+discover://a:2113',
    );
  });

  it.each([
    ['PORT', ['-1', '65536', '80.5', '1e3', '0x50', 'http'], ['0', '65535']],
    ['HOST', ['http://localhost', 'a b'], ['::1', 'tenure.internal']],
    ['EVENTSTORE_URL', ['http://localhost:2113', 'esdb://', 'localhost:2113'], ['esdb://localhost:2113']],
    [
      'DATABASE_URL',
      ['mysql://localhost/a', 'localhost/a', 'postgres://u:p@ss#@[/a'],
      ['postgres://localhost/a'],
    ],
    ['TENURE_ADMIN_KEY', ['a'.repeat(31)], ['a'.repeat(32)]],
    ['TENURE_MASTER_KEY', ['a', KEY.slice(0, 40), `${KEY.slice(0, -1)}!`], [KEY]],
    ['TENURE_TIMEZONE', ['Europe/Atlantis', '25:00'], ['America/New_York']],
    ['TENURE_CLOCK_SECONDS', ['-1', '1.5', 'never', '2147484'], ['0', '86400']],
    [
      'OIDC_ISSUER',
      ['http://login.example.org', 'login.example.org'],
      ['https://a.example.org', 'http://localhost:8080'],
    ],
    ['LOG_LEVEL', ['verbose', 'INFO'], ['fatal', 'error', 'warn', 'info', 'debug']],
    ['LOG_FORMAT', ['xml'], ['pretty', 'json']],
  ])('%s is checked', (name, wrong, right) => {
    // What has to stand beside the variable, so that it alone can be at fault.
    const beside = { TENURE_MASTER_KEY: KEY, ...(name === 'OIDC_ISSUER' ? { OIDC_AUDIENCE: 'a' } : {}) };
    for (const value of right) expect(faultsOf({ ...beside, [name]: value })).toEqual([]);
    for (const value of wrong) {
      expect(faultsOf({ ...beside, [name]: value })).toEqual([expect.stringMatching(`^${name} must `)]);
    }
  });

  it('names every fault at once, each with what would be right', () => {
    const faults = faultsOf({
      PORT: 'x',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'postgres://localhost/a',
      OIDC_AUDIENCE: 'a',
    });
    expect(faults).toEqual([
      'PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^TENURE_MASTER_KEY must be set when DATABASE_URL is.*openssl rand -base64 32$/),
      expect.stringMatching(/^OIDC_ISSUER must be set when OIDC_AUDIENCE is/),
      'LOG_LEVEL must be one of fatal, error, warn, info, debug',
    ]);
    expect(faultsOf({ OIDC_ISSUER: 'https://a.example.org' })).toEqual([
      expect.stringMatching(/^OIDC_AUDIENCE must be set when OIDC_ISSUER is/),
    ]);
  });

  it('names unknown TENURE_ variables and what was probably meant, but leaves the tests their own', () => {
    expect(
      faultsOf({ TENURE_TIMEZON: 'UTC', TENURE_COLOUR: 'red', TENURE_TEST_POSTGRES: 'x', OTHER: 'y' }),
    ).toEqual(['TENURE_TIMEZON is not known; did you mean TENURE_TIMEZONE?', 'TENURE_COLOUR is not known']);
  });

  it('shows no value in the error, whatever variable it was put in', () => {
    const name = fc.constantFrom(
      'PORT',
      'DATABASE_URL',
      'TENURE_ADMIN_KEY',
      'TENURE_MASTER_KEY',
      'LOG_LEVEL',
      'TENURE_X',
    );
    // Digits between capitals: no word of any message looks like it.
    const secret = fc.stringMatching(/^[A-Z]\d[A-Z]\d[A-Z]\d$/);
    fc.assert(
      fc.property(name, secret, (variable, value) => {
        const faults = faultsOf({ [variable]: value });
        expect(faults.length).toBeGreaterThan(0);
        expect(new ConfigError(faults).message).not.toContain(value);
      }),
    );
  });
});
