import { Client } from 'pg';
import { LogWriter } from '../event-store-node/log/log-writer.js';
import { readBackup } from './read-backup.js';

export interface RestoreOptions {
  /** The log's database: one that holds no record, and that no node has open. */
  databaseUrl: string;
  /** The database for the read models, if it is embedded beside the log: it must hold no table yet. */
  readModelsUrl?: string;
  /** The backup. */
  directory: string;
  signal?: AbortSignal;
  onProgress?: (records: number) => void;
}

/**
 * Loads a backup into an empty log: all of it or nothing, in one transaction that is committed only when the whole backup
 * was found to be what was written.
 * @returns how many records were loaded
 * @throws DamagedBackupError, LogInUseError, Error when the log or the read models are not empty, the signal's reason
 */
export async function restoreEventLog(options: RestoreOptions): Promise<number> {
  const { databaseUrl, readModelsUrl, directory, signal, onProgress = () => undefined } = options;
  // Read models know positions of the log that they were made from; beside another log they would lie.
  if (readModelsUrl && (await hasTables(readModelsUrl)))
    throw new Error('there are read models already; a backup is restored into a fresh data directory');
  const writer = await LogWriter.open(databaseUrl, () => undefined);
  try {
    if ((await writer.lastPosition()) > 0)
      throw new Error('the event log is not empty; a backup is restored into a fresh data directory');
    let records = 0;
    await writer.client.query('BEGIN');
    for await (const page of readBackup(directory)) {
      signal?.throwIfAborted();
      await writer.append(page);
      onProgress((records += page.length));
    }
    await writer.client.query('COMMIT');
    return records;
  } finally {
    // Where it did not come to the commit, the end of the connection rolls back.
    await writer.close();
  }
}

async function hasTables(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const own = "schemaname NOT IN ('pg_catalog', 'information_schema')";
    return (await client.query(`SELECT FROM pg_tables WHERE ${own} LIMIT 1`)).rowCount === 1;
  } finally {
    await client.end();
  }
}
