import type { DataSource } from 'typeorm';
import type { EventStore } from '../event-store/event-store.js';
import type { Instant } from '../schema/instant.js';
import { buildOf } from './build.js';
import type { Failure } from './checkpoint.js';
import { lagOf, type Lag } from './lag.js';
import type { AnyProjection } from './projection.js';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** whether queries read this version; false while it is being built, or if a later one took its place */
  readonly serving: boolean;
  readonly state: 'running' | 'paused';
  /** of the last event applied; null before the first */
  readonly position: bigint | null;
  readonly recordedAt: Instant | null;
  /** where and why it paused; the stack stays in the table */
  readonly failure: Omit<Failure, 'stack'> | null;
  /** null when the event store could not be asked */
  readonly lag: Lag | null;
}

interface CheckpointRow {
  name: string;
  build: string;
  serving: boolean;
  state: 'running' | 'paused';
  position: string | null;
  recorded_at: Date | null;
  failure: Failure | null;
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
    'SELECT name, build, serving, state, position, recorded_at, failure FROM projection.checkpoint',
  );
  return Promise.all(
    projections.map(async (projection) => {
      const { name, label } = buildOf(projection);
      const row = rows.find((one) => one.name === name && one.build === label);
      const position = row?.position == null ? null : BigInt(row.position);
      return {
        name,
        version: projection.version,
        parameters: projection.parameters ?? {},
        serving: row?.serving ?? false,
        state: row?.state ?? 'running',
        position,
        recordedAt: row?.recorded_at?.toISOString() ?? null,
        failure: withoutStack(row?.failure),
        lag: await lagOf(eventStore, projection.streams, position).catch(() => null),
      };
    }),
  );
}

function withoutStack(failure: Failure | null | undefined): Omit<Failure, 'stack'> | null {
  if (!failure) return null;
  const { stack: _, ...rest } = failure;
  return rest;
}
