import { resolve } from 'node:path';
import pg from 'pg';
import { clusterPaths, prepareCluster, SUPERUSER } from './cluster.js';
import { findNativeBinaries } from './native-binaries.js';
import { connection, startOrAdopt, stopServer } from './server.js';
import { SERVER_SETTINGS, type ServerSettings } from './server-settings.js';
import { chooseServiceAccount } from './service-account.js';

export interface EmbeddedPostgresOptions {
  /** Where everything lies; made with mode 0700 if it is not there. */
  dir: string;
  /** Told in plain sentences what happens, for a person to read. */
  log?: (line: string) => void;
  /** Over SERVER_SETTINGS; for tests, which may trade durability for speed. */
  settings?: ServerSettings;
}

/** A running server. It outlives this process unless it is stopped; the next start then takes it over. */
export interface EmbeddedPostgres {
  /** @returns a postgres:// URL with the password, of a database that need not exist yet */
  url(database: string): string;
  /** Creates a database unless it is there; two may ask at the same time. */
  ensureDatabase(name: string): Promise<void>;
  /** Stops the server, for every process that uses it. Resolves when it is gone; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of a directory, creating it the first time, or takes over the one that runs there already.
 * @returns when it answers
 * @throws Error with a sentence that says what to do: no binaries for this platform, a cluster of another version …
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const paths = clusterPaths(resolve(options.dir));
  const account = await chooseServiceAccount(paths.cluster);
  const binaries = await findNativeBinaries(account, log);
  const password = await prepareCluster(paths, binaries, account, log);
  const settings = { ...SERVER_SETTINGS, ...options.settings };
  const context = { paths, binaries, account, password, settings, log };
  const port = await startOrAdopt(context);
  return {
    url: (database) =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    ensureDatabase: (name) => ensureDatabase(connection(port, password, 'postgres'), name),
    stop: () => stopServer(context),
  };
}

async function ensureDatabase(config: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    // duplicate_database, or the unique index when both were quick: somebody else made it.
    const { code } = error as { code?: string };
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
