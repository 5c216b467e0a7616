import { join } from 'node:path';
import { openRuntime } from '../embedded-runtime.js';
import { startEmbeddedPostgres } from '../postgres/embedded-postgres.js';

const LOG_DATABASE = 'event_log';
/** Who names an event store of his own gets the data directory without a node; this one is never called. */
const NO_NODE = 'esdb://no-node-is-wanted';

export interface EventLogOptions {
  dataDir: string;
  /** A PostgreSQL of its own, where the owner of the data directory keeps its read models in one. */
  databaseUrl?: string;
  /** Whether to work beside a process that has the log open, or to insist on being alone with it. */
  attach: boolean;
  log: (line: string) => void;
}

/** The PostgreSQL database in which the embedded node of a data directory keeps its log. */
export interface EventLog {
  /** postgres:// URL with the password. */
  databaseUrl: string;
  /** The database for the read models, where it is embedded too. */
  readModelsUrl: string;
  close(): Promise<void>;
  /** Rejects when the database goes away or the data directory is lost; never because of close(). */
  failed: Promise<never>;
}

/**
 * Opens the log of the embedded node, beside a running Tenure or without one; creates it where there is none.
 * @throws Error when another process owns the data directory and `attach` is false
 */
export async function openEventLog({
  dataDir,
  databaseUrl,
  attach,
  log,
}: EventLogOptions): Promise<EventLog> {
  const given = attach && databaseUrl ? { databaseUrl } : { eventStoreUrl: NO_NODE };
  const runtime = await openRuntime({ dataDir, attach, log, ...given });
  try {
    const server = await startEmbeddedPostgres({ dir: join(dataDir, 'postgres') });
    await server.ensureDatabase(LOG_DATABASE);
    return {
      databaseUrl: server.url(LOG_DATABASE),
      readModelsUrl: runtime.databaseUrl,
      close: () => runtime.close(),
      failed: runtime.failed,
    };
  } catch (error) {
    await runtime.close();
    throw error;
  }
}
