import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A destroyed key keeps its row: that tells a client who was forgotten from one whose key is not in this database. */
export class CreateClientKey1795910400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_key (
        client_id uuid PRIMARY KEY,
        wrapped bytea,
        master_key_id text,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        destroyed_at timestamptz(3),
        erasure_recorded_at timestamptz(3),
        CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
        CHECK ((wrapped IS NULL) = (master_key_id IS NULL))
      );
      CREATE INDEX client_key_by_master ON client_key (master_key_id);
      CREATE INDEX client_key_unrecorded ON client_key (client_id)
        WHERE destroyed_at IS NOT NULL AND erasure_recorded_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_key');
  }
}
