import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { QuietClient, QuietQuery } from '../../src/client/lifecycle/lapse-clock.js';
import { rememberLooks, type Look } from '../../src/client/lifecycle/lapse-memory.js';
import { CreateLapseCheck1796000000000 } from '../../src/client/lifecycle/migrations/create-lapse-check.js';
import { enginePool } from '../../src/projecting/connection.js';
import { prepare } from '../../src/projecting/projection-tables.js';
import { plusDays } from '../../src/schema/instant.js';
import { busyLives, live, policies } from '../../test/support/busy-lives.js';
import { recordedLife } from '../../test/support/client-lives.js';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { freshDatabase, type FreshDatabase } from '../../test/support/servers.js';
import { lapseDue, LONG_AGO } from './lapse-due.projection.js';
import { quietClients } from './lapse-due.queries.js';

const client = (n: number) => `0a000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const start = '2024-01-01T00:00:00.000Z';

describe('the lapse clocks on PostgreSQL', () => {
  let spec: ProjectionSpec;
  beforeAll(async () => {
    spec = await ProjectionSpec.open(lapseDue);
  });
  afterAll(() => spec.close());

  it('come out the same however the facts of a life arrive', () =>
    fc.assert(
      fc.asyncProperty(busyLives, policies, async (steps, policy) => {
        const told = live(client(1), steps, { policyAt: () => policy });
        const { lapse_due } = await spec
          .given(
            recordedLife(
              client(1),
              told.flatMap(({ events }) => events),
            ),
          )
          .rows();
        expect(lapse_due?.length).toBe(told.some(({ what }) => ['service', 'keep'].includes(what)) ? 1 : 0);
      }),
      { numRuns: 5 },
    ));

  it('follow a client into another, and back', async () => {
    const log = new EventLog<ClientEvent>();
    const [survivor, absorbed] = [`client-${client(1)}`, `client-${client(2)}`];
    const service = (n: number, day: number) => ({ serviceId: client(n), at: plusDays(start, day) });
    const row = (n: number, day: number, position: bigint, lapse: string | null = null) => ({
      ...{ client_id: client(n), running: lapse === null, closed: false, lapse_id: lapse, position },
      quiet_since: day < 0 ? LONG_AGO : plusDays(start, day),
    });
    const happen = (stream: string, type: ClientEvent['type'], data: object, day: number) =>
      log.record(stream, type, data, { at: plusDays(start, day) }).position;

    happen(survivor, 'ClientConverted', {}, 0);
    const first = happen(survivor, 'ClientServiced', { serviceId: client(11) }, 10);
    happen(absorbed, 'ClientConverted', {}, 0);
    happen(absorbed, 'ClientServiced', { serviceId: client(12) }, 5);
    const lapse = { lapseId: client(21), lastServicedAt: plusDays(start, 5), windowDays: 2 };
    const lapsed = happen(absorbed, 'ClientLapsed', { ...lapse, basis: 'fixed', policyVersion: 0 }, 7);
    await spec.given(log.events).gives({ lapse_due: [row(1, 10, first), row(2, 5, lapsed, client(21))] });

    happen(absorbed, 'ClientMergedInto', { survivorId: client(1) }, 20);
    const life = { services: [service(12, 5), service(13, 15)], lapses: [], items: {} };
    const pooled = happen(
      survivor,
      'ClientAbsorbed',
      { absorbedId: client(2), convertedAt: start, life },
      20,
    );
    await spec.given(log.events).gives({ lapse_due: [row(1, 15, pooled)] });

    const parted = { life, otherId: client(2) };
    const released = happen(survivor, 'ClientUnmerged', { ...parted, side: 'survivor' }, 30);
    const restored = happen(absorbed, 'ClientUnmerged', { ...parted, side: 'restored' }, 30);
    await spec.given(log.events).gives({ lapse_due: [row(1, -1, released), row(2, 15, restored)] });
  });
});

describe('the clients that there is reason to look at', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  const query = (quietUpTo: string, more: Partial<QuietQuery> = {}): QuietQuery => ({
    ...{ quietUpTo, now: plusDays(start, 1_000), policyVersion: 1, after: undefined, limit: 10 },
    ...more,
  });
  const found = async (given: QuietQuery) =>
    (await quietClients(dataSource, given)).map(({ clientId }) => Number(clientId.slice(-12)));

  /** Clients 1–2000: number n has been quiet since n / 4 days after the start, rounded down; every third is lapsed. */
  beforeAll(async () => {
    database = await freshDatabase();
    const pool = enginePool(database.url, 1);
    await prepare(pool, [lapseDue]);
    await pool.query(
      `INSERT INTO lapse_due (client_id, running, quiet_since, lapse_id, closed, position)
       SELECT ('0a000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, n % 3 <> 0,
              $1::timestamptz + n / 4 * interval '1 day', CASE WHEN n % 3 = 0 THEN gen_random_uuid() END, false, n
         FROM generate_series(1, 2000) AS n`,
      [start],
    );
    await pool.end();
    const migrations = [CreateLapseCheck1796000000000];
    dataSource = await new DataSource({ type: 'postgres', url: database.url, migrations }).initialize();
    await dataSource.runMigrations();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('are those not lapsed that have been quiet since the instant or longer, longest quiet first', async () => {
    expect(await quietClients(dataSource, query(plusDays(start, 1), { limit: 3 }))).toEqual([
      { clientId: client(1), quietSince: start, position: 1n },
      { clientId: client(2), quietSince: start, position: 2n },
      { clientId: client(4), quietSince: plusDays(start, 1), position: 4n },
    ]);
    expect(await found(query(plusDays(start, 1)))).toEqual([1, 2, 4, 5, 7]);
    expect(await found(query('2023-12-31T23:59:59.999Z'))).toEqual([]);
  });

  it('come page by page, each once', async () => {
    const seen: QuietClient[] = [];
    const upTo = plusDays(start, 400);
    for (
      let page;
      (page = await quietClients(dataSource, query(upTo, { after: seen.at(-1), limit: 100 }))).length > 0;
    )
      seen.push(...page);
    const all = await quietClients(dataSource, query(upTo, { limit: 5_000 }));
    expect(seen).toEqual(all);
    expect(new Set(seen.map(({ clientId }) => clientId)).size).toBe(1_603 - 534);
  });

  it('are not those that were looked at, until a fact, a policy or the instant remembered comes', async () => {
    const look = (n: number, more: Partial<Look> = {}): Look => ({
      ...{ clientId: client(n), position: BigInt(n), policyVersion: 1, notBefore: null },
      ...more,
    });
    const due = plusDays(start, 2_000);
    await rememberLooks(dataSource, [look(1), look(2, { notBefore: due }), look(4, { position: 3n })]);
    await rememberLooks(dataSource, [look(5, { policyVersion: 0 }), look(4, { position: 3n })]);
    const one = plusDays(start, 1);
    expect(await found(query(one))).toEqual([4, 5, 7]);
    expect(await found(query(one, { now: plusDays(due, -0.1) }))).toEqual([4, 5, 7]);
    expect(await found(query(one, { now: due }))).toEqual([2, 4, 5, 7]);
    expect(await found(query(one, { policyVersion: 2 }))).toEqual([1, 2, 4, 5, 7]);
    await rememberLooks(dataSource, [look(4), look(5), look(7)]);
    expect(await found(query(one))).toEqual([]);
    await dataSource.query('TRUNCATE lapse_check');
  });

  it('may have been quiet since nobody knows when', async () => {
    await dataSource.query('UPDATE lapse_due SET quiet_since = $1 WHERE position IN (1000, 1001)', [
      LONG_AGO,
    ]);
    const [first] = await quietClients(dataSource, query(start, { limit: 1 }));
    expect(first).toEqual({ clientId: client(1_000), quietSince: LONG_AGO, position: 1_000n });
    expect(await found(query(start, { after: first }))).toEqual([1_001, 1, 2]);
  });

  it('are found by a range scan in the order of the index, with nothing to sort', async () => {
    await dataSource.query('ANALYZE');
    const asked: string[] = [];
    const explaining = {
      query: async (sql: string, parameters: unknown[]) => {
        const plan: { 'QUERY PLAN': string }[] = await dataSource.query(`EXPLAIN ${sql}`, parameters);
        asked.push(...plan.map((line) => line['QUERY PLAN']));
        return [];
      },
    } as unknown as DataSource;
    const after = { clientId: client(8), quietSince: start, position: 8n };
    await quietClients(explaining, query(plusDays(start, 30), { after, limit: 50 }));
    const plan = asked.join('\n');
    expect(plan).toMatch(/Index (Only )?Scan/);
    expect(plan).toMatch(/Index Cond: .*running = true.*quiet_since/);
    expect(plan).not.toMatch(/Sort/);
  });
});
