import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { CreateTrigrams1796200000000 } from '../../projections/client-directory/migrations/create-trigrams.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';

let database: FreshDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await freshDatabase();
  source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** Creates the extension as a role that owns nothing here. */
async function asStranger(): Promise<void> {
  const runner = source.createQueryRunner();
  await runner.query('SET ROLE pg_monitor');
  try {
    await new CreateTrigrams1796200000000().up(runner);
  } finally {
    await runner.query('RESET ROLE');
    await runner.release();
  }
}

describe('the extension that the directory needs', () => {
  it('is asked for in words where the role may not create it', async () => {
    await expect(asStranger()).rejects.toThrow(
      'the client directory needs the PostgreSQL extension pg_trgm, and this role may not create it: let one that may run CREATE EXTENSION pg_trgm',
    );
  });

  it('is enough where somebody else has created it', async () => {
    await source.query('CREATE EXTENSION pg_trgm');
    await expect(asStranger()).resolves.toBeUndefined();
  });
});
