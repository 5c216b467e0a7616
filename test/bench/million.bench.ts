import type { Rule } from '../../src/segment/rule.js';
import type { BenchWorld } from './bench-world.js';
import { median, ms, seconds, type Row } from './measure.js';
import { timed } from './queries.bench.js';

const CLIENTS = 1_000_000;
/** What retention is counted from when counters do not do, and what rules of segments are applied to. */
const TABLES = [
  'held_client',
  'fact_service',
  'fact_withdrawal',
  'fact_lapse',
  'fact_return',
  'fact_closure',
  'segment_client',
];

/**
 * Reports over a million clients. To record seven million events takes an hour, so the facts of the log's clients are copied in
 * PostgreSQL, under other ids, until there are so many. What the counters count is not: they have as many rows for any number
 * of clients. Nothing is true of the world afterwards.
 */
export async function millionRows(world: BenchWorld): Promise<Row[]> {
  const [{ clients }]: [{ clients: number }] = await world.database.query(
    'SELECT count(*)::int AS clients FROM held_client WHERE superseded_at IS NULL',
  );
  for (const table of TABLES) await multiply(world, table, Math.ceil(CLIENTS / clients));
  await world.database.query('VACUUM ANALYZE');
  // What it has read of them before is not all there is now.
  await world.stopServing();
  await world.serve();
  const size = await sizeOf(world);
  const report = '/analytics/retention?anchor=first_service&mode=bounded';
  const first = await seconds(() => world.call('GET', `${report}&tz=Asia/Tokyo`));
  const rows: Row[] = [
    row('the first report from columns since the start', null, first * 1_000, size),
    ...(await inTurn(world, size, [
      ['cohort retention report', report, 20],
      ['the same as of a day gone by', `${report}&asOf=2025-03-17T11:00:00Z`, 500],
      ['the same of one source', `${report}&source=referral`, 500],
      ['the same by trade', `${report}&groupBy=trade`, 500],
      ['the same in another zone', `${report}&tz=Asia/Tokyo`, 500],
      ['the same as known at a moment gone by', `${report}&knownAt=${new Date().toISOString()}`, 500],
      [
        'who is active, as of a day gone by',
        '/analytics/retention?mode=status&asOf=2025-03-17T11:00:00Z',
        500,
      ],
      ['revenue, as of a day gone by', `${report}&measure=revenue&asOf=2025-03-17T11:00:00Z`, 500],
    ])),
  ];
  const peak = await world.peakMemory();
  const filled: Row[] = [];
  let last = '';
  for (const [by, rule] of RULES) {
    const { took, segment, stays } = await fillSegment(world, by, rule);
    filled.push(row(`a new segment filled, ${by}`, 30_000, took, `${stays.toLocaleString('en')} stays`));
    last = segment;
  }
  return [
    ...rows,
    ...filled,
    ...(await inTurn(world, size, [
      ['the first page of its members', `/segments/${last}/members`, 20],
      ['its members as of a day gone by', `/segments/${last}/members?asOf=2024-06-01T00:00:00Z`, 20],
    ])),
    {
      ...{ what: 'memory of the API process with them', goal: '–', size, baseline: '–' },
      ours: `${Math.round(peak)} MiB`,
      met: true,
    },
  ];
}

async function inTurn(
  world: BenchWorld,
  size: string,
  asked: readonly (readonly [what: string, path: string, most: number])[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, path, most] of asked)
    rows.push(row(what, most, median(await timed(world, path, 20)), size));
  return rows;
}

/** Rules that few clients, many, and nearly all several times over come under. */
const RULES: readonly (readonly [by: string, rule: Rule])[] = [
  ['by a tag', { fact: 'tags', op: 'in', value: ['vip'] }],
  ['by what was spent', { fact: 'lifetimeValueMinor', op: 'gte', value: 200_000, currency: 'CAD' }],
  ['by days without service', { fact: 'daysSinceLastService', op: 'gt', value: 45 }],
];

/** @returns how long, in ms, it took from the definition of a segment by a rule until all its stays are there */
async function fillSegment(
  world: BenchWorld,
  name: string,
  rule: Rule,
): Promise<{ took: number; segment: string; stays: number }> {
  const begun = performance.now();
  const { segmentId: segment } = await world.call<{ segmentId: string }>('POST', '/segments', { name, rule });
  await world.caughtUp();
  for (;;) {
    const { filled } = await world.call<{ filled?: number }>('GET', `/segments/${segment}`);
    if (filled === undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const took = performance.now() - begun;
  const [{ stays }]: [{ stays: number }] = await world.database.query(
    'SELECT count(*)::int AS stays FROM segment_member WHERE segment = $1',
    [segment],
  );
  return { took, segment, stays };
}

const row = (what: string, most: number | null, took: number, size: string): Row => ({
  ...{ what, size, baseline: '–', met: most === null || took < most },
  goal: most === null ? '–' : most < 1_000 ? `< ${most} ms` : `< ${most / 1_000} s`,
  ours: took < 1_000 ? ms(took) : `${(took / 1_000).toFixed(1)} s`,
});

async function sizeOf({ database }: BenchWorld): Promise<string> {
  const [{ clients, services }]: [{ clients: number; services: number }] = await database.query(
    'SELECT (SELECT count(*)::int FROM held_client) AS clients, (SELECT count(*)::int FROM fact_service) AS services',
  );
  return `${clients.toLocaleString('en')} clients, ${services.toLocaleString('en')} services`;
}

/** Adds so many copies of every row, less one, whose ids are their own. */
async function multiply({ database }: BenchWorld, view: string, copies: number): Promise<void> {
  const columns: { name: string; type: string }[] = await database.query(
    'SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1 ORDER BY 1',
    [view],
  );
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ name, type }) =>
    type === 'uuid' ? `md5(${name}::text || copy)::uuid` : name,
  );
  await database.query(
    `INSERT INTO ${view} (${names}) SELECT ${values.join(', ')} FROM ${view}, generate_series(2, $1) AS copy`,
    [copies],
  );
}
