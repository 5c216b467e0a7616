import type { DataSource } from 'typeorm';
import type { QuietClient, QuietQuery } from '../../src/client/lifecycle/lapse-clock.js';

/**
 * @returns clients whose clock may run and that have been quiet for so long, the longest quiet first, unless the clock has
 *   looked at them and neither a fact, nor another policy, nor the instant it remembered has come since. Whether they
 *   are due is for the decider to say.
 */
export async function quietClients(
  database: DataSource,
  { quietUpTo, now, policyVersion, after, limit }: QuietQuery,
): Promise<QuietClient[]> {
  const rows: { client_id: string; quiet_since: Date; position: string }[] = await database.query(
    `SELECT client_id, quiet_since, position FROM lapse_due AS due
      WHERE running AND quiet_since <= $1 AND (quiet_since, client_id) > ($2::timestamptz, $3::uuid)
        AND NOT EXISTS (
          SELECT FROM lapse_check AS looked
           WHERE looked.client_id = due.client_id AND looked.position = due.position
             AND looked.policy_version = $4 AND (looked.not_before IS NULL OR looked.not_before > $5))
      ORDER BY quiet_since, client_id LIMIT $6`,
    [quietUpTo, after?.quietSince ?? '-infinity', after?.clientId ?? LOWEST_UUID, policyVersion, now, limit],
  );
  return rows.map(({ client_id, quiet_since, position }) => ({
    clientId: client_id,
    quietSince: quiet_since.toISOString(),
    position: BigInt(position),
  }));
}

const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';
