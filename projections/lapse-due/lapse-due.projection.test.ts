import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { engineConnection } from '../../src/projecting/connection.js';
import { prepare } from '../../src/projecting/projection-tables.js';
import { plusDays } from '../../src/schema/instant.js';
import { lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { freshDatabase, type FreshDatabase } from '../../test/support/servers.js';
import { lapseDue } from './lapse-due.projection.js';
import type { RunningClock } from '../../src/client/lifecycle/lapse-clock.js';
import { dueClients } from './lapse-due.queries.js';

const client = (n: number) => `0a000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('the lapse clocks on PostgreSQL', () => {
  it('come out the same however the facts of a life arrive', async () => {
    const spec = await ProjectionSpec.open(lapseDue);
    const life = fc.asyncProperty(lives, async (steps) => {
      const { events, state } = lifeOf(client(1), steps);
      const { lapse_due } = await spec.given(recordedLife(client(1), events)).rows();
      expect(lapse_due).toHaveLength(state.lifecycle.services.length > 0 ? 1 : 0);
    });
    await fc.assert(life, { numRuns: 5 }).finally(() => spec.close());
  });
});

describe('the clients that may be due', () => {
  const start = '2024-01-01T00:00:00.000Z';
  let database: FreshDatabase;
  let dataSource: DataSource;

  /** Clients 1–2000: number n was last serviced n / 4 days after the start, rounded down; every third is lapsed. */
  beforeAll(async () => {
    database = await freshDatabase();
    const pool = new pg.Pool(engineConnection(database.url));
    await prepare(pool, [lapseDue]);
    await pool.query(
      `INSERT INTO lapse_due (client_id, last_serviced_at, lapse_id)
       SELECT ('0a000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, $1::timestamptz + n / 4 * interval '1 day',
              CASE WHEN n % 3 = 0 THEN gen_random_uuid() END
         FROM generate_series(1, 2000) AS n`,
      [start],
    );
    await pool.end();
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('are those not lapsed whose last service lies at or before the instant, longest quiet first', async () => {
    expect(await dueClients(dataSource, plusDays(start, 1), undefined, 10)).toEqual([
      { clientId: client(1), lastServicedAt: start },
      { clientId: client(2), lastServicedAt: start },
      { clientId: client(4), lastServicedAt: plusDays(start, 1) },
      { clientId: client(5), lastServicedAt: plusDays(start, 1) },
      { clientId: client(7), lastServicedAt: plusDays(start, 1) },
    ]);
    expect(await dueClients(dataSource, '2023-12-31T23:59:59.999Z', undefined, 10)).toEqual([]);
  });

  it('come page by page, each once', async () => {
    const seen: RunningClock[] = [];
    for (let page; (page = await dueClients(dataSource, plusDays(start, 400), seen.at(-1), 100)).length > 0;)
      seen.push(...page);
    const all = await dueClients(dataSource, plusDays(start, 400), undefined, 5_000);
    expect(seen).toEqual(all);
    expect(new Set(seen.map(({ clientId }) => clientId)).size).toBe(1_603 - 534);
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
    await dueClients(explaining, plusDays(start, 30), { clientId: client(8), lastServicedAt: start }, 50);
    const plan = asked.join('\n');
    expect(plan).toMatch(/Index (Only )?Scan/);
    expect(plan).toMatch(/Index Cond: .*lapse_id IS NULL.*last_serviced_at/);
    expect(plan).not.toMatch(/Sort|Filter/);
  });
});
