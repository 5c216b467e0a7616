import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Instant } from '../schema/instant.js';
import { progressView } from './build.js';
import { socketOf } from './flight.js';

/** How far read models have come. */
export interface ReadProgress {
  /** every event up to and including this position is in; null: none yet */
  readonly position: bigint | null;
  /** record time of that event */
  readonly asAt: Instant | null;
}

/** An answer drawn from read models, and what it is true at. */
export interface Snapshot<T> extends ReadProgress {
  readonly result: T;
}

/**
 * Runs queries against one state of read models: however many queries `run` makes, they see the same rows, and the
 * position says which. Where several projections are read, the one furthest behind gives the position.
 * @param projections names of the projections whose views `run` reads
 * @param run its first queries go to PostgreSQL together with those that fix the state. `fixed` resolves when the state is
 *   fixed; whoever looks at a clock waits for it
 * @throws QueryFailedError for a projection that has no tables here; whatever `run` throws
 */
export async function snapshot<T>(
  dataSource: DataSource,
  projections: string | readonly string[],
  run: (manager: EntityManager, fixed: Promise<unknown>) => Promise<T>,
): Promise<Snapshot<T>> {
  const queryRunner = dataSource.createQueryRunner();
  let over = 'ROLLBACK';
  try {
    const socket = socketOf((await queryRunner.connect()) as PoolClient);
    socket.cork();
    setImmediate(() => socket.uncork());
    const progress = begin(queryRunner, typeof projections === 'string' ? [projections] : projections);
    const answers = await Promise.all([progress, run(queryRunner.manager, progress)]);
    over = 'COMMIT';
    return { ...answers[0], result: answers[1] };
  } finally {
    // Nobody need wait for the end of a transaction that only read.
    void queryRunner
      .query(over)
      .finally(() => queryRunner.release())
      .catch(() => undefined);
  }
}

/**
 * The first SELECT fixes what a transaction sees of rows, but not what it sees of views. So the progress views are locked
 * before it: no other version can take their place, nor that of the tables' views, until the transaction is over.
 */
async function begin(queryRunner: QueryRunner, projections: readonly string[]): Promise<ReadProgress> {
  const views = projections.map(progressView);
  const [, [hindmost]] = await Promise.all([
    queryRunner.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE ${views.join(', ')} IN ACCESS SHARE MODE`,
    ),
    queryRunner.query(
      `${views.map((view) => `SELECT position, recorded_at FROM ${view}`).join(' UNION ALL ')}
        ORDER BY position NULLS FIRST LIMIT 1`,
    ) as Promise<{ position: string | null; recorded_at: Date | null }[]>,
  ]);
  return {
    position: hindmost?.position == null ? null : BigInt(hindmost.position),
    asAt: hindmost?.recorded_at?.toISOString() ?? null,
  };
}
