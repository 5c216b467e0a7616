import { QueryFailedError, type MigrationInterface, type QueryRunner } from 'typeorm';

const REMEDIES: Readonly<Record<string, string>> = {
  '42501':
    'this role may not create it: let one that may run CREATE EXTENSION pg_trgm in this database, once',
  '0A000': 'the server does not have it: install the contrib modules of PostgreSQL there',
  '58P01': 'the server does not have it: install the contrib modules of PostgreSQL there',
};

/** The directory finds parts of words and misspelled ones by their trigrams. */
export class CreateTrigrams1796200000000 implements MigrationInterface {
  /** @throws Error that says what is to be done where the extension cannot be had */
  async up(runner: QueryRunner): Promise<void> {
    try {
      await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    } catch (error) {
      const { code = '' } = (error instanceof QueryFailedError ? error.driverError : {}) as { code?: string };
      if (!REMEDIES[code]) throw error;
      throw new Error(`the client directory needs the PostgreSQL extension pg_trgm, and ${REMEDIES[code]}`, {
        cause: error,
      });
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP EXTENSION IF EXISTS pg_trgm CASCADE');
  }
}
