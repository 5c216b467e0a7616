import type { BenchWorld } from './bench-world.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import { load } from './http-load.js';
import { ms, percentile, type Row } from './measure.js';

const FACTS = 10_000;
const CALLS = 1_000;
/** Calls before those that count, at most: they find caches cold and code not compiled yet. */
const WARM_UP = 1_000;
const SOURCE = 'long';

/** Cohort retention over all clients of the log, and the card and history of one client with 10,000 facts. */
export async function queryRows(world: BenchWorld): Promise<Row[]> {
  await world.import(longLife(), SOURCE);
  await world.caughtUp();
  // Else what is left to tidy up after rebuilds and imports falls into what is measured.
  await world.database.query('VACUUM ANALYZE');
  const [{ clients }]: [{ clients: number }] = await world.database.query(
    'SELECT count(*)::int AS clients FROM retention_client',
  );
  const size = `${clients.toLocaleString('en')} clients`;
  const report = '/analytics/retention?anchor=first_service&mode=bounded';
  const client = `/clients/${new ImportIds(SOURCE).client('C-long').id}`;
  const rows: Row[] = [];
  for (const [what, path, most, calls, of] of [
    ['cohort retention report', report, 20, 50, size],
    ['cohort retention report, asOf', `${report}&asOf=2025-03-17T11:00:00Z`, 500, 10, size],
    ['cohort retention report, another zone', `${report}&tz=Asia/Tokyo`, 500, 10, size],
    ['client card, p99', client, 10, CALLS, '10,000 facts'],
    ['first page of the history, p99', `${client}/history`, 10, CALLS, '10,000 facts'],
  ] as const) {
    const took = await timed(world, path, calls);
    const figure = percentile(took, what.endsWith('p99') ? 0.99 : 0.5);
    rows.push({ what, size: of, goal: `< ${most} ms`, ours: ms(figure), baseline: '–', met: figure < most });
  }
  return rows;
}

/** @returns how long each of so many calls took, in ms, after as many that warm up, or 1,000 */
export async function timed({ target }: BenchWorld, path: string, calls: number): Promise<number[]> {
  const { base, headers } = target;
  const first = Math.min(WARM_UP, calls);
  const asked = Array.from({ length: first + calls }, () => ({ url: `${base}${path}` }));
  const { took } = await load({ calls: asked, headers, atOnce: 1 });
  return took.slice(first);
}

async function* longLife(): AsyncGenerator<Buffer> {
  for (let n = 0; n < FACTS; n++) {
    const occurredAt = new Date(Date.UTC(2012, 0, 1, 9 + n * 12)).toISOString();
    const fact =
      n === 0
        ? { type: 'converted', name: 'Ada Lovelace' }
        : {
            type: 'serviced',
            serviceRef: `J-${n}`,
            serviceType: 'regular clean',
            amountMinor: 8_200,
            currency: 'CAD',
          };
    yield Buffer.from(`${JSON.stringify({ ...fact, clientRef: 'C-long', occurredAt })}\n`);
  }
  await Promise.resolve();
}
