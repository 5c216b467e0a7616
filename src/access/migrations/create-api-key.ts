import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateApiKey1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_key (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'staff', 'analyst', 'auditor')),
        hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
        created_at timestamptz(3) NOT NULL,
        last_used_on date,
        revoked_at timestamptz(3)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_key');
  }
}
