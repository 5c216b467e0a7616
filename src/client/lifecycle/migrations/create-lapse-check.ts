import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A memory, and no record: emptied, it costs the clock one look at every quiet client. */
export class CreateLapseCheck1796000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lapse_check (
        client_id uuid PRIMARY KEY,
        position bigint NOT NULL,
        policy_version integer NOT NULL,
        not_before timestamptz(3)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE lapse_check');
  }
}
