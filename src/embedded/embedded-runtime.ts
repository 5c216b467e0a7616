import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LockSession, openLockSession } from './data-directory-lock.js';
import {
  type LaunchedEventStoreNode,
  launchEventStoreNode,
} from './event-store-node/launch-event-store-node.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/embedded-postgres.js';
import {
  readRuntimeRecord,
  removeRuntimeRecord,
  type RuntimeRecord,
  writeRuntimeRecord,
} from './runtime-record.js';

/** A process that was just killed, or is just closing, gets this long to let go before a second one is refused. */
const GRACE_MS = 2_000;
/** How long to wait for an owner that is starting (when this process may attach), or that is stopping its server. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

export interface RuntimeOptions {
  dataDir: string;
  /** A real EventStoreDB; unset = the embedded node. */
  eventStoreUrl?: string;
  /** A real PostgreSQL for the read models; unset = the embedded one. */
  databaseUrl?: string;
  /** Whether to work beside a process that owns the data directory (a command line) or to be refused (a server). */
  attach: boolean;
  log: (line: string) => void;
}

export interface Runtime {
  eventStoreUrl: string;
  databaseUrl: string;
  /** Whether this process started the embedded servers and stops them at close(); false when nothing is embedded. */
  owner: boolean;
  /** Stops what this process owns, the node before its database. May be called again. */
  close(): Promise<void>;
  /** Rejects when an embedded part dies or the data directory is lost; never because of close(). */
  failed: Promise<never>;
}

/** Our place in the data directory: its owner, or a guest of the owner that `record` describes. */
interface Place {
  server: EmbeddedPostgres;
  lock: LockSession;
  record?: RuntimeRecord;
}

/**
 * Provides an event store and a database: those that are configured, and embedded ones for what is not.
 * @throws Error when another process owns the data directory and `attach` is false
 */
export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { eventStoreUrl, databaseUrl } = options;
  if (eventStoreUrl && databaseUrl) {
    const failed = new Promise<never>(() => undefined);
    return { eventStoreUrl, databaseUrl, owner: false, close: () => Promise.resolve(), failed };
  }
  const resolved = { ...options, dataDir: resolve(options.dataDir) };
  await mkdir(resolved.dataDir, { recursive: true, mode: 0o700 });
  const { server, lock, record } = await takePlace(resolved);
  if (!record) return beOwner(resolved, server, lock);
  try {
    return beGuest(resolved, server, lock, record);
  } catch (error) {
    await lock.end();
    throw error;
  }
}

async function takePlace(options: RuntimeOptions): Promise<Place> {
  for (const giveUp = Date.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
    const server = await startEmbeddedPostgres({ dir: join(options.dataDir, 'postgres'), log: options.log });
    let lock: LockSession | undefined;
    try {
      lock = await openLockSession(server.url('postgres'));
      return await waitForPlace(options, server, lock);
    } catch (error) {
      await lock?.end();
      // The owner is closing and takes its PostgreSQL along: then the directory is free in a moment.
      if (!isShuttingDown(error as Error) || Date.now() > giveUp) throw error;
    }
  }
}

async function waitForPlace(
  options: RuntimeOptions,
  server: EmbeddedPostgres,
  lock: LockSession,
): Promise<Place> {
  const deadline = Date.now() + (options.attach ? PATIENCE_MS : GRACE_MS);
  for (;;) {
    if (await lock.tryLock()) return { server, lock };
    const holder = await lock.holder();
    if (holder && options.attach) {
      const record = await readRuntimeRecord(options.dataDir);
      if (record?.session === holder.session) return { server, lock, record };
    }
    if (holder && Date.now() > deadline) {
      throw new Error(
        options.attach
          ? `Process ${holder.pid} owns ${options.dataDir} but has not become ready`
          : `${options.dataDir} is in use by process ${holder.pid}. Stop it, or set TENURE_DATA_DIR to another directory.`,
      );
    }
    await delay(POLL_MS);
  }
}

async function beOwner(
  options: RuntimeOptions,
  server: EmbeddedPostgres,
  lock: LockSession,
): Promise<Runtime> {
  const { dataDir } = options;
  let node: LaunchedEventStoreNode | undefined;
  const shutDown = async () => {
    // Without the lock all of this may be another owner's by now; the next start takes over what is left of ours.
    const ours = lock.alive();
    if (ours) await removeRuntimeRecord(dataDir);
    try {
      await node?.close();
    } finally {
      // The lock goes with the server, not before it: nobody gets the directory while its server is stopping.
      lock.expectEnd();
      if (ours) await server.stop();
      await lock.end();
    }
  };
  try {
    await removeRuntimeRecord(dataDir);
    if (!options.databaseUrl) await server.ensureDatabase('tenure');
    if (!options.eventStoreUrl) {
      await server.ensureDatabase('event_log');
      node = await launchEventStoreNode({ databaseUrl: server.url('event_log'), log: options.log });
    }
    await writeRuntimeRecord(dataDir, {
      pid: process.pid,
      session: lock.session,
      eventStoreUrl: node?.url ?? null,
      embeddedDatabase: !options.databaseUrl,
      startedAt: new Date().toISOString(),
    });
  } catch (error) {
    await shutDown().catch(() => undefined);
    throw error;
  }
  const failed = Promise.race(node ? [node.failed, lock.lost] : [lock.lost]);
  failed.catch(() => undefined);
  return {
    eventStoreUrl: options.eventStoreUrl ?? node?.url ?? '',
    databaseUrl: options.databaseUrl ?? server.url('tenure'),
    owner: true,
    close: once(async () => {
      if (options.attach) await waitForGuests(lock, options.log);
      await shutDown();
    }),
    failed,
  };
}

/** @throws Error when the owner keeps on a server of its own what this process would look for in the embedded one */
function beGuest(
  options: RuntimeOptions,
  server: EmbeddedPostgres,
  lock: LockSession,
  record: RuntimeRecord,
): Runtime {
  const eventStoreUrl = options.eventStoreUrl ?? record.eventStoreUrl;
  const missing =
    (!eventStoreUrl && 'EVENTSTORE_URL') ||
    (!options.databaseUrl && !record.embeddedDatabase && 'DATABASE_URL');
  if (!eventStoreUrl || missing) {
    throw new Error(
      `Process ${record.pid}, which owns ${options.dataDir}, uses ${missing}; set it here as it is set there.`,
    );
  }
  options.log(`Working beside process ${record.pid}, which owns ${options.dataDir}`);
  return {
    eventStoreUrl,
    databaseUrl: options.databaseUrl ?? server.url('tenure'),
    owner: false,
    close: once(() => lock.end()),
    failed: lock.lost,
  };
}

/** A short command that came first must not take the servers away from a longer one that came second. */
async function waitForGuests(lock: LockSession, log: (line: string) => void): Promise<void> {
  let told = '';
  while (lock.alive()) {
    const guests = (await lock.others().catch(() => [])).join(', ');
    if (!guests) return;
    if (guests !== told) log(`Waiting for process ${guests}, which uses the embedded servers of this one`);
    told = guests;
    await delay(POLL_MS);
  }
}

/** PostgreSQL's "admin shutdown" and "cannot connect now", and a connection cut or refused while that happens. */
function isShuttingDown(error: Error & { code?: string }): boolean {
  return (
    ['57P01', '57P03', 'ECONNREFUSED', 'ECONNRESET'].includes(error.code ?? '') ||
    /terminated/.test(error.message)
  );
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
