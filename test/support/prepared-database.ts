import type { Pool } from 'pg';
import { enginePool } from '../../src/projecting/connection.js';
import { prepare } from '../../src/projecting/projection-tables.js';
import type { AnyProjection } from '../../src/projecting/projection.js';
import { freshDatabase } from './servers.js';

/** A database with the tables of a projection, and nothing in them. */
export interface PreparedDatabase {
  /** as the engine's: it pipelines */
  readonly pool: Pool;
  drop(): Promise<void>;
}

export async function preparedDatabase(projection: AnyProjection): Promise<PreparedDatabase> {
  const database = await freshDatabase();
  const pool = enginePool(database.url, 2, true);
  await prepare(pool, [projection]);
  return {
    pool,
    drop: async () => {
      await pool.end();
      await database.drop();
    },
  };
}
