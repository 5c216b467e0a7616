import { DataSource, type DataSourceOptions } from 'typeorm';

/** An arbitrary constant: whoever holds this advisory lock is bringing the schema up to date. */
const MIGRATING = 7_415_236_301;

/**
 * Connects to the database of the read models and brings its schema up to date. Processes that start at the same time
 * take turns, since TypeORM itself would let two run the same migration.
 */
export async function connectDatabase(options: DataSourceOptions): Promise<DataSource> {
  const database = await new DataSource(options).initialize();
  const session = database.createQueryRunner();
  try {
    await session.query('SELECT pg_advisory_lock($1)', [MIGRATING]);
    await database.runMigrations({ transaction: 'each' });
    await session.query('SELECT pg_advisory_unlock($1)', [MIGRATING]);
  } finally {
    await session.release();
  }
  return database;
}
