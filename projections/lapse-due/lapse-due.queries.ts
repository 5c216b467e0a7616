import type { DataSource } from 'typeorm';
import type { RunningClock } from '../../src/client/lifecycle/lapse-clock.js';
import type { Instant } from '../../src/schema/instant.js';

/**
 * @param servicedUpTo inclusive: clients serviced later are not due
 * @param after the last one of the page before
 * @returns clients that are not lapsed and were last serviced by then, longest quiet first. Whether they are due is for
 *   the decider to say: this read model may lag, and knows neither plans nor pauses.
 */
export async function dueClients(
  database: DataSource,
  servicedUpTo: Instant,
  after: RunningClock | undefined,
  limit: number,
): Promise<RunningClock[]> {
  // Ordering by the lapse too, which is null in all of them, lets the planner see that the index has this order.
  const rows: { client_id: string; last_serviced_at: Date }[] = await database.query(
    `SELECT client_id, last_serviced_at FROM lapse_due
      WHERE lapse_id IS NULL AND last_serviced_at <= $1
        AND (last_serviced_at, client_id) > ($2::timestamptz, $3::uuid)
      ORDER BY lapse_id, last_serviced_at, client_id LIMIT $4`,
    [servicedUpTo, after?.lastServicedAt ?? '-infinity', after?.clientId ?? LOWEST_UUID, limit],
  );
  return rows.map(({ client_id, last_serviced_at }) => ({
    clientId: client_id,
    lastServicedAt: last_serviced_at.toISOString(),
  }));
}

const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';
