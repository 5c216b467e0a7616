import type { DataSource } from 'typeorm';
import type { Instant } from '../../schema/instant.js';

/** What a look at a client told: that it need not be looked at again until something changes, or an instant has come. */
export interface Look {
  readonly clientId: string;
  /** of the last fact known of it that bears on when it lapses */
  readonly position: bigint;
  readonly policyVersion: number;
  /** null where nothing but another fact, or another policy, can make it due */
  readonly notBefore: Instant | null;
}

/** Keeps what the clock saw, for whichever process sweeps next (ADR 0007). */
export async function rememberLooks(database: DataSource, looks: readonly Look[]): Promise<void> {
  await database.query(
    `INSERT INTO lapse_check (client_id, position, policy_version, not_before)
     SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::timestamptz[])
     ON CONFLICT (client_id) DO UPDATE SET
       position = excluded.position, policy_version = excluded.policy_version, not_before = excluded.not_before`,
    [
      looks.map(({ clientId }) => clientId),
      looks.map(({ position }) => String(position)),
      looks.map(({ policyVersion }) => policyVersion),
      looks.map(({ notBefore }) => notBefore),
    ],
  );
}
