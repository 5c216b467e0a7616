import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The pieces of an uploaded file are there, sealed, until its import has come to an end; what came of it stays. */
export class CreateImport1796100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE import (
        id uuid PRIMARY KEY,
        source text NOT NULL,
        format text,
        dry_run boolean NOT NULL,
        state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'running', 'finished', 'failed')),
        received_by text NOT NULL,
        idempotency_key text,
        fingerprint text,
        bytes bigint NOT NULL DEFAULT 0,
        wrapped bytea,
        master_key_id text,
        progress jsonb,
        report jsonb,
        failure text,
        received_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        ended_at timestamptz(3),
        UNIQUE (received_by, idempotency_key)
      );
      CREATE INDEX import_by_age ON import (received_at, id);
      CREATE INDEX import_unfinished ON import (received_at) WHERE state IN ('received', 'running');
      CREATE TABLE import_piece (
        import_id uuid NOT NULL REFERENCES import,
        number integer NOT NULL,
        sealed bytea NOT NULL,
        PRIMARY KEY (import_id, number)
      );
      CREATE TABLE import_refusal (
        import_id uuid NOT NULL REFERENCES import,
        line bigint NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (import_id, line)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE import_refusal, import_piece, import');
  }
}
