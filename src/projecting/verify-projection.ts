import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import QueryStream from 'pg-query-stream';
import type { EventStore } from '../event-store/event-store.js';
import { buildOf, buildsOf, lockKey, physicalTable, tablesOf, type Build } from './build.js';
import { takeLead, type Progress } from './checkpoint.js';
import type { AnyCodec } from './delivery.js';
import { Feed } from './feed.js';
import { ProjectionRunner } from './projection-runner.js';
import { prepareBuild } from './projection-tables.js';
import type { AnyProjection, AnyTable, Row } from './projection.js';
import { dropBuild } from './prune.js';
import { inTransaction } from './transaction.js';

export interface Verification {
  /** the position at which both were compared; null for an empty log */
  readonly position: bigint | null;
  readonly rows: number;
  /** the first row, in the order of its table's key, that is not the same; null when live = rebuilt */
  readonly difference: RowDifference | null;
}

export interface RowDifference {
  readonly table: string;
  readonly key: Row;
  /** null where the row is missing */
  readonly live: Row | null;
  readonly rebuilt: Row | null;
}

export interface VerifyOptions {
  readonly pool: Pool;
  /** pipelines, as the engine's does; what is compared is read by cursors, which need one that does not */
  readonly writing: Pool;
  readonly eventStore: EventStore;
  readonly codec: AnyCodec;
  readonly signal?: AbortSignal;
  readonly onProgress?: (position: bigint | null, upTo: bigint | null) => void;
}

/**
 * Proves that the tables which serve a projection are what the log comes to: holds on to them as they are at one
 * position, fills others from the log up to that position, and compares the two, row for row. Meanwhile projecting goes on.
 * @throws Error if nothing serves, the projection fails on the way, or the event store or PostgreSQL does
 */
export async function verifyProjection(
  projection: AnyProjection,
  options: VerifyOptions,
): Promise<Verification> {
  const { pool } = options;
  const live = await pool.connect();
  const check: Build = { ...buildOf(projection), label: `${buildOf(projection).label}_check` };
  try {
    await live.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0`,
    );
    await alone(live, check);
    const served = await servedBuild(live, projection);
    await inTransaction(pool, async (client) => {
      await dropBuild(client, check);
      await prepareBuild(client, check);
    });
    await fill(check, served.progress, options);
    return { position: served.progress.position, ...(await compare(live, pool, served.build, check)) };
  } finally {
    await inTransaction(pool, (client) => dropBuild(client, check));
    live.release(true);
  }
}

/** For as long as the transaction lasts: neither a second verification nor a pruning takes the tables away. */
async function alone(live: PoolClient, check: Build): Promise<void> {
  const { rows } = await live.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
    lockKey(check),
  ]);
  if (!rows[0]?.mine) throw new Error(`projection ${check.name} is being verified already`);
}

async function servedBuild(
  live: PoolClient,
  projection: AnyProjection,
): Promise<{ build: Build; progress: Progress }> {
  const { rows } = await live.query<{
    name: string;
    build: string;
    position: bigint | null;
    recorded_at: string;
  }>('SELECT name, build, position, recorded_at FROM projection.checkpoint WHERE name = $1 AND serving', [
    projection.name,
  ]);
  const [build] = buildsOf(projection, rows);
  const [row] = rows;
  if (!build || !row)
    throw new Error(`the declared version of projection ${projection.name} does not serve yet`);
  const { rows: fills } = await live.query(
    'SELECT FROM projection.cross_fill WHERE name = $1 AND build = $2 AND filling IS NOT NULL',
    [build.name, build.label],
  );
  if (fills.length > 0)
    throw new Error(`projection ${build.name} is being filled; verify it when that is done`);
  return { build, progress: { position: row.position, recordedAt: row.recorded_at } };
}

const LOOK_EVERY_MS = 20;

/** Applies the log to a build up to a position, inclusive. */
async function fill(
  build: Build,
  upTo: Progress,
  { writing, eventStore, codec, signal, onProgress }: VerifyOptions,
): Promise<void> {
  if (upTo.position === null) return;
  let ended = '';
  const feed = new Feed(eventStore, codec, [...build.projection.streams], null);
  const runner = new ProjectionRunner(
    build,
    writing,
    await takeLead(writing, build),
    {
      moved: () => feed.relieve(),
      paused: () => (ended = 'it fails at an event'),
      leadLost: () => (ended = 'somebody else took it over'),
    },
    upTo,
  );
  feed.add(runner);
  feed.open();
  try {
    while (!(runner.hasReached(upTo.position) && runner.isFilled) && !(feed.live && runner.isIdle)) {
      signal?.throwIfAborted();
      if (ended) throw new Error(`${build.name} cannot be filled anew: ${ended}`);
      onProgress?.(runner.position, upTo.position);
      await delay(LOOK_EVERY_MS);
    }
  } finally {
    await feed.close();
    await runner.stop();
  }
}

async function compare(
  live: PoolClient,
  pool: Pool,
  served: Build,
  check: Build,
): Promise<Pick<Verification, 'rows' | 'difference'>> {
  let rows = 0;
  for (const table of tablesOf(served)) {
    const [one, other] = [await sumOf(live, served, table), await sumOf(pool, check, table)];
    rows += one.rows;
    if (one.rows === other.rows && one.sum === other.sum) continue;
    return { rows, difference: await firstDifference(live, pool, served, check, table) };
  }
  return { rows, difference: null };
}

/** Whatever the order of the rows, equal tables have equal sums. */
async function sumOf(
  on: Pick<PoolClient, 'query'>,
  build: Build,
  table: AnyTable,
): Promise<{ rows: number; sum: string }> {
  const { rows } = await on.query<{ rows: bigint; sum: string }>(
    `SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS sum FROM ${physicalTable(build, table)} AS t`,
  );
  const [row] = rows as [{ rows: bigint; sum: string }];
  return { rows: Number(row.rows), sum: row.sum };
}

/** Walks both tables side by side in the order of their key. */
async function firstDifference(
  live: PoolClient,
  pool: Pool,
  served: Build,
  check: Build,
  table: AnyTable,
): Promise<RowDifference | null> {
  const rebuilt = await pool.connect();
  const walk = (on: PoolClient, build: Build) => {
    const key = table.key.map((column) => `"${column}"::text COLLATE "C"`).join(', ');
    const text = `SELECT ARRAY[${key}] AS key, to_json(t) AS row FROM ${physicalTable(build, table)} AS t ORDER BY ${key}`;
    const rows: AsyncIterable<KeyedRow> = on.query(new QueryStream(text));
    return rows[Symbol.asyncIterator]();
  };
  try {
    const [left, right] = [walk(live, served), walk(rebuilt, check)];
    let [one, other] = [await left.next(), await right.next()];
    while (!one.done || !other.done) {
      const [a, b] = [one.done ? null : one.value, other.done ? null : other.value];
      const order = a === null ? 1 : b === null ? -1 : compareKeys(a.key, b.key);
      if (order !== 0 || JSON.stringify(a?.row) !== JSON.stringify(b?.row)) {
        const row = ((order <= 0 ? a : b) as KeyedRow).row;
        const key: Row = Object.fromEntries(table.key.map((column) => [column, row[column] ?? null]));
        return {
          table: table.name,
          key,
          live: order <= 0 ? (a?.row ?? null) : null,
          rebuilt: order >= 0 ? (b?.row ?? null) : null,
        };
      }
      [one, other] = [await left.next(), await right.next()];
    }
    return null;
  } finally {
    rebuilt.release(true);
  }
}

interface KeyedRow {
  key: string[];
  row: Row;
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length; at++) {
    const order = Buffer.compare(Buffer.from(a[at] ?? ''), Buffer.from(b[at] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}
