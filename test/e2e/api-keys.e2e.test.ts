import { Controller, Get } from '@nestjs/common';
import request from 'supertest';
import { ENVIRONMENT_KEY_ID } from '../../src/access/first-admin-key.js';
import { actorOf, CurrentPrincipal, type Principal } from '../../src/access/principal.js';
import { Roles } from '../../src/access/roles.js';
import { outputOf } from '../support/captured-output.js';
import { accessDatabase, ADMIN_KEY, startHttpApp, type HttpApp } from '../support/http-app.js';

@Controller('whoami')
class WhoAmI {
  @Roles('staff', 'analyst')
  @Get()
  who(@CurrentPrincipal() principal: Principal) {
    return { ...principal, actor: actorOf(principal) };
  }
}

const KEYS = '/api/v1/api-keys';
const PRINTED = /\n {2}(tnr_[\w-]{43,})\n/;
const bearer = (key: string) => ['Authorization', `Bearer ${key}`] as const;

describe('API keys', () => {
  let http: HttpApp;
  const call = () => request(http.server);
  const issue = async (role: string, name = `a ${role}`) =>
    (
      await call()
        .post(KEYS)
        .set(...bearer(ADMIN_KEY))
        .send({ name, role })
    ).body;

  beforeAll(async () => {
    http = await startHttpApp({ controllers: [WhoAmI] });
  });
  afterAll(() => http.close());

  it('are issued, shown once, and say who calls', async () => {
    const { key, ...record } = await issue('staff', 'front desk');
    expect(key).toMatch(/^tnr_[\w-]{43}$/);
    const { body } = await call()
      .get('/api/v1/whoami')
      .set(...bearer(key));
    expect(body).toEqual({
      ...{ id: record.id, role: 'staff', name: 'front desk' },
      actor: { id: record.id, role: 'staff' },
    });
    const list = await call()
      .get(KEYS)
      .set(...bearer(ADMIN_KEY));
    expect(list.body.items).toContainEqual({ ...record, lastUsedOn: new Date().toISOString().slice(0, 10) });
    expect(list.text).not.toContain('tnr_');
  });

  it('are kept as a hash only', async () => {
    const { key } = await issue('analyst');
    const rows = await http.database.query('SELECT api_key::text AS row FROM api_key');
    const kept = JSON.stringify(rows);
    expect(kept).not.toContain(key);
    expect(kept).not.toContain(Buffer.from(key).toString('hex'));
    expect(kept).not.toContain(ADMIN_KEY);
  });

  it('may do what their role may, and the refusal says whose it is', async () => {
    const { key } = await issue('auditor');
    const answer = await call()
      .get('/api/v1/whoami')
      .set(...bearer(key));
    expect([answer.status, answer.body.detail]).toEqual([
      403,
      'the role auditor may not do this; admin, staff, analyst may',
    ]);
    for (const test of [
      call().get(KEYS),
      call().post(KEYS).send({}),
      call().delete(`${KEYS}/${ENVIRONMENT_KEY_ID}`),
    ])
      expect((await test.set(...bearer(key))).status).toBe(403);
  });

  it('are refused once revoked, at once here', async () => {
    const { key, id } = await issue('staff');
    expect(
      (
        await call()
          .get('/api/v1/whoami')
          .set(...bearer(key))
      ).status,
    ).toBe(200);
    const revoke = () =>
      call()
        .delete(`${KEYS}/${id}`)
        .set(...bearer(ADMIN_KEY));
    expect((await revoke()).status).toBe(204);
    expect(
      (
        await call()
          .get('/api/v1/whoami')
          .set(...bearer(key))
      ).status,
    ).toBe(401);
    expect((await revoke()).status).toBe(204);
    const { items } = (
      await call()
        .get(`${KEYS}?limit=200`)
        .set(...bearer(ADMIN_KEY))
    ).body;
    expect(items.find((item: { id: string }) => item.id === id).revokedAt).toMatch(/Z$/);
  });

  it('of an unknown id, or of a role that does not exist, are refused', async () => {
    const unknown = call().delete(`${KEYS}/5f0c7a52-6f0a-4b6e-9d0e-0a4b2a7b1c11`);
    expect((await unknown.set(...bearer(ADMIN_KEY))).status).toBe(404);
    const answer = await call()
      .post(KEYS)
      .set(...bearer(ADMIN_KEY))
      .send({ name: ' ', role: 'root' });
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(['name', 'role']);
  });

  it('always include one of an admin: the last cannot be revoked, not even by two at the same time', async () => {
    const { id } = await issue('admin');
    const answers = await Promise.all(
      [id, ENVIRONMENT_KEY_ID].map((one) =>
        call()
          .delete(`${KEYS}/${one}`)
          .set(...bearer(ADMIN_KEY)),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ state: 'last admin key', rule: expect.any(String) });
  });

  it('are listed page by page, each once', async () => {
    const fresh = await startHttpApp();
    const list = (query: string) =>
      request(fresh.server)
        .get(`${KEYS}?${query}`)
        .set(...bearer(ADMIN_KEY));
    for (let i = 0; i < 6; i++)
      await request(fresh.server)
        .post(KEYS)
        .set(...bearer(ADMIN_KEY))
        .send({ name: `k${i}`, role: 'staff' });
    const names: string[] = [];
    for (let query: string | null = 'limit=2'; query;) {
      const { body } = await list(query);
      names.push(...body.items.map(({ name }: { name: string }) => name));
      query = body.nextCursor ? `limit=2&cursor=${body.nextCursor}` : null;
    }
    expect(names).toEqual(['TENURE_ADMIN_KEY', 'k0', 'k1', 'k2', 'k3', 'k4', 'k5']);
    expect((await list('limit=1').set('Accept', 'text/csv')).text).toMatch(
      /^id,name,role,createdAt,lastUsedOn\r\n/,
    );
    await fresh.close();
  });
});

describe('the first admin key', () => {
  /** Starts an application on the database, and returns what it printed and what `use` found. */
  async function started<T>(
    database: HttpApp['database'],
    adminKey: string | undefined,
    use: (http: HttpApp) => T,
  ) {
    let result!: Awaited<T>;
    const output = await outputOf(async () => {
      const http = await startHttpApp({
        database,
        access: { adminKey },
        controllers: [WhoAmI],
        logLevel: 'debug',
      });
      result = await use(http);
      await http.close();
    });
    return { output, result };
  }

  const statusWith = (key: string) => async (http: HttpApp) =>
    (
      await request(http.server)
        .get('/api/v1/whoami')
        .set(...bearer(key))
    ).status;

  it('is made and printed once, on standard output and not through the log', async () => {
    const { database, drop } = await accessDatabase();
    const first = await started(database, undefined, () => undefined);
    const key = PRINTED.exec(first.output)?.[1] as string;
    expect(first.output.split(key)).toHaveLength(2);
    const logged = first.output.split('\n').filter((line) => line.startsWith('{'));
    expect(logged.length).toBeGreaterThan(3);
    expect(logged.join('\n')).not.toContain(key);

    const second = await started(database, undefined, statusWith(key));
    expect(second.result).toBe(200);
    expect(second.output).not.toMatch(/tnr_/);
    await drop();
  });

  it('is made once when several processes start at the same time', async () => {
    const { database, drop } = await accessDatabase();
    const output = await outputOf(async () => {
      const apps = await Promise.all([1, 2, 3].map(() => startHttpApp({ database, access: {} })));
      await Promise.all(apps.map((http) => http.close()));
    });
    expect(output.match(/tnr_/g)).toHaveLength(1);
    await drop();
  });

  it('of the environment is never printed, and takes the place of the one before', async () => {
    const { database, drop } = await accessDatabase();
    const [old, now] = ['first-key-of-the-environment-0123456789', 'other-key-of-the-environment-0123456789'];
    const first = await started(database, old, statusWith(old));
    expect(first.result).toBe(200);
    expect(first.output).not.toMatch(/tnr_|first-key/);
    expect((await started(database, now, statusWith(now))).result).toBe(200);
    expect((await started(database, now, statusWith(old))).result).toBe(401);
    expect(await database.query('SELECT id FROM api_key')).toEqual([{ id: ENVIRONMENT_KEY_ID }]);
    await drop();
  });

  it('of the environment does not come back to life once revoked', async () => {
    const { database, drop } = await accessDatabase();
    await started(database, ADMIN_KEY, async (http) => {
      await request(http.server)
        .post(KEYS)
        .set(...bearer(ADMIN_KEY))
        .send({ name: 'another', role: 'admin' });
      await request(http.server)
        .delete(`${KEYS}/${ENVIRONMENT_KEY_ID}`)
        .set(...bearer(ADMIN_KEY));
    });
    await expect(started(database, ADMIN_KEY, () => undefined)).rejects.toThrow(/was revoked/);
    await drop();
  });
});
