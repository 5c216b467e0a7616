import type { DataSource } from 'typeorm';
import type { EventStore } from '../event-store/event-store.js';
import type { Instant } from '../schema/instant.js';
import { buildOf, buildsOf } from './build.js';
import type { Failure } from './checkpoint.js';
import { changedIn, shareUpTo } from './cross-fill-table.js';
import { lagOf, type Lag } from './lag.js';
import type { AnyProjection, Held } from './projection.js';

/** Which table is filled, with the keys of what is new or changed, and about what share of its rows is done (0–1). */
export interface Filling {
  readonly table: string;
  readonly with: string[];
  readonly share: number;
}

/** How one set of tables of a projection stands. */
export interface BuildStatus {
  /** `v1`, `v2_9af2c1_g3`: version, parameters, generation */
  readonly build: string;
  readonly state: 'running' | 'paused';
  /** of the last event applied; null before the first */
  readonly position: bigint | null;
  readonly recordedAt: Instant | null;
  /** events applied since its tables were made */
  readonly applied: number;
  /** when it last wrote */
  readonly movedAt: Instant;
  /** where and why it paused; the stack stays in the table */
  readonly failure: Omit<Failure, 'stack'> | null;
  /** events passed over by an operator's decision */
  readonly parked: number;
  /** a fill beside the events, because definitions are new */
  readonly filling: Filling | null;
}

export interface ProjectionStatus extends BuildStatus {
  readonly name: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** whether queries read this version; false while it is being built, or if a later one took its place */
  readonly serving: boolean;
  /** null when the event store could not be asked */
  readonly lag: Lag | null;
  /** tables being filled anew, to take the place of these; null when there are none */
  readonly rebuild: BuildStatus | null;
}

interface FillRow {
  table: string;
  cursor: string | null;
  filled: Held;
  filling: Held;
}

interface CheckpointRow {
  name: string;
  build: string;
  serving: boolean;
  state: 'running' | 'paused';
  position: string | null;
  recorded_at: Date | null;
  applied: string;
  updated_at: Date;
  failure: Failure | null;
  parked: number;
  fill: FillRow | null;
}

/**
 * How each declared projection stands, in any process: read from the checkpoints and measured against the event store.
 * @throws what the database throws
 */
export async function projectionStatus(
  dataSource: DataSource,
  eventStore: EventStore,
  projections: readonly AnyProjection[],
): Promise<ProjectionStatus[]> {
  const rows: CheckpointRow[] = await dataSource.query(
    `SELECT name, build, serving, state, position, recorded_at, applied, updated_at, failure,
            (SELECT count(*)::int FROM projection.parked_event AS parked
              WHERE parked.name = checkpoint.name AND parked.build = checkpoint.build) AS parked,
            (SELECT json_build_object('table', table_name, 'cursor', cursor, 'filled', filled, 'filling', filling) FROM projection.cross_fill AS fill
              WHERE fill.name = checkpoint.name AND fill.build = checkpoint.build AND filling IS NOT NULL
              ORDER BY table_name LIMIT 1) AS fill
       FROM projection.checkpoint`,
  );
  return Promise.all(
    projections.map(async (projection) => {
      const { name, version, parameters = {}, streams } = projection;
      const builds = buildsOf(projection, rows).map(({ label }) =>
        rows.find((row) => row.name === name && row.build === label),
      );
      const row = builds.find((one) => one?.serving) ?? builds[0];
      const rebuild = builds.at(-1);
      const position = row?.position == null ? null : BigInt(row.position);
      return {
        ...statusOf(row, buildOf(projection).label),
        ...{ name, version, parameters, serving: row?.serving ?? false },
        lag: await lagOf(eventStore, streams, position).catch(() => null),
        rebuild: rebuild && rebuild !== row ? statusOf(rebuild, rebuild.build) : null,
      };
    }),
  );
}

function statusOf(row: CheckpointRow | undefined, build: string): BuildStatus {
  return {
    build: row?.build ?? build,
    state: row?.state ?? 'running',
    position: row?.position == null ? null : BigInt(row.position),
    recordedAt: row?.recorded_at?.toISOString() ?? null,
    applied: Number(row?.applied ?? 0),
    movedAt: (row?.updated_at ?? new Date(0)).toISOString(),
    failure: withoutStack(row?.failure),
    parked: row?.parked ?? 0,
    filling: row?.fill ? fillingOf(row.fill) : null,
  };
}

function fillingOf({ table, cursor, ...fill }: FillRow): Filling {
  const changed = Object.keys(fill.filling).flatMap((from) => changedIn(fill, from));
  return { table, with: changed, share: shareUpTo(cursor) };
}

function withoutStack(failure: Failure | null | undefined): Omit<Failure, 'stack'> | null {
  if (!failure) return null;
  const { stack: _, ...rest } = failure;
  return rest;
}
