import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Environment, type LOG_FORMATS, type LOG_LEVELS } from './environment.js';
import { nearestName } from './nearest-name.js';

/** The whole configuration, parsed and checked. What is undefined is embedded, made at the first start, or off. */
export interface Config {
  /** 0 = any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** In a spelling that the client library understands: esdb:// or esdb+discover://. */
  readonly eventStoreUrl?: string;
  readonly databaseUrl?: string;
  readonly adminKey?: string;
  /** 32 bytes; unset = in a file of the data directory. */
  readonly masterKey?: Buffer;
  /** 32 bytes: what the master key was, while keys are being rotated. */
  readonly previousMasterKey?: Buffer;
  /** IANA name of the business's zone. */
  readonly timezone: string;
  /** Seconds between two sweeps of the lapse clock; 0 = never. */
  readonly clockSeconds: number;
  readonly oidc?: { readonly issuer: string; readonly audience: string };
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
}

/** Its message names every fault; it holds no value of any variable. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const KNOWN = Object.keys(new Environment());

/**
 * Reads the configuration from the environment. An empty variable counts as unset; space around a value is dropped.
 * @param terminal whether a person reads the log, which decides the default of LOG_FORMAT
 * @throws ConfigError that lists every fault, unknown TENURE_* names among them (TENURE_TEST_* are the tests' own)
 */
export function readConfig(env: NodeJS.ProcessEnv, terminal = process.stdout.isTTY === true): Config {
  const set = Object.entries(env)
    .map(([name, value]) => [name, value?.trim()] as const)
    .filter(([, value]) => value);
  const variables = plainToInstance(
    Environment,
    Object.fromEntries(set.filter(([name]) => KNOWN.includes(name))),
  );
  const faults = [...wrongValues(variables), ...unknownNames(set.map(([name]) => name))];
  if (faults.length > 0) throw new ConfigError(faults);
  return toConfig(variables, terminal);
}

function wrongValues(variables: Environment): string[] {
  const errors = validateSync(variables, { stopAtFirstError: true, forbidUnknownValues: false });
  return errors.map(
    ({ property, constraints }) => `${property} ${Object.values(constraints ?? {}).join(', ')}`,
  );
}

function unknownNames(names: string[]): string[] {
  return names
    .filter((name) => name.startsWith('TENURE_') && !name.startsWith('TENURE_TEST_') && !KNOWN.includes(name))
    .map((name) => {
      const nearest = nearestName(name, KNOWN);
      return `${name} is not known${nearest ? `; did you mean ${nearest}?` : ''}`;
    });
}

const keyOf = (base64: string | undefined): Buffer | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64');

function toConfig(env: Environment, terminal: boolean): Config {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = env;
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    dataDir: env.TENURE_DATA_DIR,
    // KurrentDB is EventStoreDB's later name; the client library knows only the former.
    eventStoreUrl: env.EVENTSTORE_URL?.replace(/^kurrentdb/, 'esdb'),
    databaseUrl: env.DATABASE_URL,
    adminKey: env.TENURE_ADMIN_KEY,
    masterKey: keyOf(env.TENURE_MASTER_KEY),
    previousMasterKey: keyOf(env.TENURE_PREVIOUS_MASTER_KEY),
    timezone: env.TENURE_TIMEZONE,
    clockSeconds: env.TENURE_CLOCK_SECONDS,
    oidc: issuer !== undefined && audience !== undefined ? Object.freeze({ issuer, audience }) : undefined,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT ?? (terminal ? 'pretty' : 'json'),
  });
}
