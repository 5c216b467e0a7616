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

/**
 * Runs the work, unless another process holds the same advisory lock: then it is at it already.
 * @param lock a number that stands for the work; the lock is held until the work has ended, or the connection is gone
 * @throws what the work throws, or what the database throws when it cannot be reached
 */
export async function unlessElsewhere(
  database: DataSource,
  lock: number,
  work: () => Promise<void>,
): Promise<void> {
  const session = database.createQueryRunner();
  try {
    const [answer] = (await session.query('SELECT pg_try_advisory_lock($1) AS mine', [lock])) as {
      mine: boolean;
    }[];
    if (!answer?.mine) return;
    try {
      await work();
    } finally {
      await session.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } finally {
    await session.release();
  }
}
