import type { ClientBase, Pool } from 'pg';
import { buildsOf, type Build } from './build.js';
import type { Failure } from './checkpoint.js';
import type { AnyProjection } from './projection.js';
import { inTransaction } from './transaction.js';

/** There is no pause to end. */
export class NotPaused extends Error {
  constructor(readonly projection: string) {
    super(`projection ${projection} is not paused`);
    this.name = 'NotPaused';
  }
}

/**
 * Lets a paused projection go on with the event at which it paused, whose cause has been seen to.
 * @returns what it had paused at
 * @throws NotPaused
 */
export function resume(pool: Pool, projection: AnyProjection): Promise<Failure> {
  return inTransaction(pool, async (client) => {
    const { build, failure } = await pausedBuild(client, projection);
    await client.query(
      `UPDATE projection.checkpoint SET state = 'running', failure = NULL, updated_at = now()
        WHERE name = $1 AND build = $2`,
      [build.name, build.label],
    );
    return failure;
  });
}

/**
 * Lets a paused projection go on after the event at which it paused. The event is put on record as passed over, with
 * the failure and who decided it: from here on these tables are no longer all that the log says.
 * @returns the event passed over
 * @throws NotPaused
 */
export function park(pool: Pool, projection: AnyProjection, by: string): Promise<Failure> {
  return inTransaction(pool, async (client) => {
    const { build, failure } = await pausedBuild(client, projection);
    // A new epoch: whoever leads, and does not know of it yet, cannot go on from before the event.
    await client.query(
      `UPDATE projection.checkpoint SET state = 'running', failure = NULL, updated_at = now(),
              position = $3, epoch = epoch + 1
        WHERE name = $1 AND build = $2`,
      [build.name, build.label, failure.position],
    );
    await client.query(
      `INSERT INTO projection.parked_event (name, build, position, event_id, failure, parked_by)
        VALUES ($1, $2, $3, $4, $5, $6)`,
      [build.name, build.label, failure.position, failure.eventId, JSON.stringify(failure), by],
    );
    return failure;
  });
}

/** The build that is paused; of several, the one that serves or was there first. */
async function pausedBuild(
  client: ClientBase,
  projection: AnyProjection,
): Promise<{ build: Build; failure: Failure }> {
  const { rows } = await client.query<{ name: string; build: string; failure: Failure }>(
    `SELECT name, build, failure FROM projection.checkpoint WHERE name = $1 AND state = 'paused' FOR UPDATE`,
    [projection.name],
  );
  const [build] = buildsOf(projection, rows);
  const row = rows.find((one) => one.build === build?.label);
  if (!build || !row) throw new NotPaused(projection.name);
  return { build, failure: row.failure };
}
