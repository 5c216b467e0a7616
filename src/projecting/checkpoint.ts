import type { Pool, QueryConfig } from 'pg';
import type { Instant } from '../schema/instant.js';
import type { Build } from './build.js';
import { CROSS_FILL_TABLE } from './cross-fill-table.js';
import { inTransaction } from './transaction.js';

/** How far a build has come: the last event that its tables hold, and when that was recorded. */
export interface Progress {
  /** null before the first event */
  readonly position: bigint | null;
  readonly recordedAt: Instant | null;
}

/** The lead over a build: what its checkpoint must still be for a batch to be written. */
export interface Lead extends Progress {
  readonly epoch: bigint;
}

/** Why a projection stands still. */
export interface Failure {
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  /** decimal, as JSON has no 64-bit numbers */
  readonly position: string;
  readonly message: string;
  readonly stack?: string;
}

/** Another process has taken the lead, or moved the checkpoint: whatever was folded here is void. */
export class LeadLost extends Error {
  constructor(build: Build) {
    super(`the lead over projection ${build.name} ${build.label} is lost`);
    this.name = 'LeadLost';
  }
}

export const CHECKPOINT_TABLE = `
  CREATE TABLE IF NOT EXISTS projection.checkpoint (
    name text NOT NULL,
    build text NOT NULL,
    version integer NOT NULL,
    parameters jsonb NOT NULL,
    declared text NOT NULL,
    tables text[] NOT NULL DEFAULT '{}',
    position bigint,
    recorded_at timestamptz,
    applied bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused')),
    failure jsonb,
    serving boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, build));
  ALTER TABLE projection.checkpoint ADD COLUMN IF NOT EXISTS tables text[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS applied bigint NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX IF NOT EXISTS checkpoint_serving ON projection.checkpoint (name) WHERE serving;
  CREATE TABLE IF NOT EXISTS projection.parked_event (
    name text NOT NULL,
    build text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    failure jsonb NOT NULL,
    parked_by text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, build, position));
  ${CROSS_FILL_TABLE}`;

/**
 * Takes the lead: a new epoch shuts out whoever led before, even if he does not know it yet. Waits, not for long, for a
 * batch that he is just committing. A paused projection gets another chance, as the code that now leads may be a
 * corrected one.
 */
export function takeLead(pool: Pool, build: Build): Promise<Lead> {
  return inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = '3s'`);
    const { rows } = await client.query<{
      position: bigint | null;
      recorded_at: Instant | null;
      epoch: bigint;
    }>(
      `UPDATE projection.checkpoint SET epoch = epoch + 1, state = 'running', failure = NULL, updated_at = now()
        WHERE name = $1 AND build = $2 RETURNING position, recorded_at, epoch`,
      [build.name, build.label],
    );
    const [row] = rows;
    if (!row) throw new Error(`projection ${build.name} ${build.label} has no checkpoint`);
    return { position: row.position, recordedAt: row.recorded_at, epoch: row.epoch };
  });
}

/** What PostgreSQL says of a checkpoint that did not move: its statement divides by the number of rows that it moved. */
export const NOT_MOVED = '22012';

/**
 * Moves the checkpoint by compare-and-set, inside the caller's transaction: unless it still stands where `lead` says, in the
 * same epoch, the statement fails with `NOT_MOVED`, and so does whatever the transaction does besides.
 * @param applied how many events were applied on the way
 */
export const moveCheckpoint = (build: Build, lead: Lead, to: Progress, applied: number): QueryConfig => ({
  name: 'move-checkpoint',
  text: `WITH moved AS (
           UPDATE projection.checkpoint SET position = $5, recorded_at = $6, applied = applied + $7, updated_at = now()
            WHERE name = $1 AND build = $2 AND epoch = $3 AND position IS NOT DISTINCT FROM $4 RETURNING 1)
         SELECT 1 / count(*) FROM moved`,
  values: [build.name, build.label, lead.epoch, lead.position, to.position, to.recordedAt, applied],
});

/** @throws LeadLost */
export async function recordPause(pool: Pool, build: Build, lead: Lead, failure: Failure): Promise<void> {
  const { rowCount } = await pool.query(
    `UPDATE projection.checkpoint SET state = 'paused', failure = $4, updated_at = now()
      WHERE name = $1 AND build = $2 AND epoch = $3`,
    [build.name, build.label, lead.epoch, JSON.stringify(failure)],
  );
  if (rowCount !== 1) throw new LeadLost(build);
}

export interface BuildState {
  readonly name: string;
  readonly build: string;
  readonly state: 'running' | 'paused';
  readonly serving: boolean;
}

export async function readStates(pool: Pool): Promise<BuildState[]> {
  const { rows } = await pool.query<BuildState>(
    'SELECT name, build, state, serving FROM projection.checkpoint',
  );
  return rows;
}

export const stateOf = (states: readonly BuildState[], { name, label }: Build): BuildState | undefined =>
  states.find((one) => one.name === name && one.build === label);
