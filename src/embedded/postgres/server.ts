import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type ClusterPaths, dataDirectoryArgument, SUPERUSER } from './cluster.js';
import type { NativeBinaries } from './native-binaries.js';
import { isPostmasterOf, readPostmasterRecord } from './postmaster-pid.js';
import { bareEnvironment, runToEnd } from './run-to-end.js';
import type { ServerSettings } from './server-settings.js';
import type { ServiceAccount } from './service-account.js';

/** Recovery after a crash replays at most max_wal_size; far longer than that takes on a slow disk. */
const START_BOUND_MS = 300_000;
const LOG_BOUND_BYTES = 1_000_000;
const POLL_MS = 10;
/** Faults of a start that pass by themselves: a rival is starting too, a killed server's children are still leaving. */
const PASSING_FAULT = /postmaster\.pid|shared memory block|could not bind|could not create any TCP\/IP/;

export interface ServerContext {
  paths: ClusterPaths;
  binaries: NativeBinaries;
  account: ServiceAccount | undefined;
  password: string;
  settings: ServerSettings;
  log: (line: string) => void;
}

/**
 * Brings up the server of a cluster, or takes over the one that runs on it already (left by a killed process, or
 * started by another one at the same moment).
 * @returns the port on which it answers
 */
export async function startOrAdopt(context: ServerContext): Promise<number> {
  const { cluster } = context.paths;
  const deadline = Date.now() + START_BOUND_MS;
  let fault = '';
  while (Date.now() < deadline) {
    const record = await readPostmasterRecord(cluster);
    if (!record) {
      const launched = await launch(context);
      if (launched.port !== undefined) return launched.port;
      fault = launched.fault;
      if (await removeEmptyLockFile(cluster)) continue;
      if (!PASSING_FAULT.test(fault)) throw new Error(`PostgreSQL did not start: ${fault}`);
    } else if (!(await isPostmasterOf(cluster, record.pid))) {
      context.log('PostgreSQL was not shut down properly; it recovers');
      await removeStaleRecord(cluster, record.pid);
      continue;
    } else if (record.status === 'ready') {
      const answer = await askWhoServes(context, record.port);
      if (answer === 'ours') {
        context.log(`PostgreSQL runs already (process ${record.pid}, port ${record.port}); using it`);
        return record.port;
      }
      // A copy of a running server's directory: its postmaster.pid speaks of the original.
      if (answer === 'other') await removeStaleRecord(cluster, record.pid);
      fault = `process ${record.pid} holds ${cluster} but does not answer on port ${record.port}`;
    }
    await delay(POLL_MS);
  }
  throw new Error(`PostgreSQL did not start within ${START_BOUND_MS / 1000} s: ${fault}`);
}

/** Starts a server on a free port and waits until it is ready, or has ended; then `fault` is what it said. */
async function launch(
  context: ServerContext,
): Promise<{ port: number; fault?: never } | { port?: never; fault: string }> {
  const { paths, binaries, account, settings } = context;
  const log = await openLog(paths.log);
  try {
    const from = (await log.stat()).size;
    const port = await freePort();
    const options = Object.entries({ ...settings, port: String(port) }).flatMap(([k, v]) => [
      '-c',
      `${k}=${v}`,
    ]);
    const child = spawn(
      binaries.postgres,
      ['-D', dataDirectoryArgument(paths.cluster, account), ...options],
      {
        cwd: paths.cluster,
        uid: account?.uid,
        gid: account?.gid,
        env: bareEnvironment(),
        stdio: ['ignore', log.fd, log.fd],
        // A session of its own: Ctrl-C in the terminal is for the application, which stops the server last.
        detached: true,
      },
    );
    child.unref();
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `it ended with ${code ?? signal}`));
    for (;;) {
      const record = await readPostmasterRecord(paths.cluster);
      if (record?.pid === child.pid && record?.status === 'ready') return { port };
      if (ended !== undefined) return { fault: `${ended}\n${await readFrom(log, from)}`.trim() };
      await delay(POLL_MS);
    }
  } finally {
    await log.close();
  }
}

/** Unless another process has removed it before us and its new server has already written its own. */
async function removeStaleRecord(cluster: string, pid: number): Promise<void> {
  if ((await readPostmasterRecord(cluster))?.pid === pid)
    await rm(join(cluster, 'postmaster.pid'), { force: true });
}

/** PostgreSQL will not judge an empty postmaster.pid: a server may be writing it. One that stays empty is a crash's. */
async function removeEmptyLockFile(cluster: string): Promise<boolean> {
  const file = join(cluster, 'postmaster.pid');
  const info = await stat(file).catch(() => undefined);
  if (!info || info.size > 0 || Date.now() - info.mtimeMs < 5_000) return false;
  await rm(file, { force: true });
  return true;
}

/**
 * Whether the server on this port serves this very directory: it must know our password, and read back a file
 * that we have just put there.
 */
async function askWhoServes(context: ServerContext, port: number): Promise<'ours' | 'other' | 'silent'> {
  const name = `adoption-${randomUUID()}`;
  const file = join(context.paths.cluster, name);
  const client = new pg.Client(connection(port, context.password, 'postgres'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await writeFile(file, name, { flag: 'wx', mode: 0o644 });
    const { rows } = await client.query<{ text: string | null }>('SELECT pg_read_file($1, true) AS text', [
      name,
    ]);
    return rows[0]?.text === name ? 'ours' : 'other';
  } catch {
    return 'silent';
  } finally {
    await rm(file, { force: true });
    await client.end().catch(() => undefined);
  }
}

/**
 * Stops the server of a cluster: open transactions are rolled back and a checkpoint is written; if that takes too
 * long it is stopped without one (it recovers at the next start), at last it is killed. Does nothing where none runs.
 */
export async function stopServer({ paths, binaries, account }: ServerContext): Promise<void> {
  const record = await readPostmasterRecord(paths.cluster);
  if (!record) return;
  const gone = async (bound: number) => {
    for (const end = Date.now() + bound; Date.now() < end; await delay(POLL_MS)) {
      if (!(await isPostmasterOf(paths.cluster, record.pid))) return true;
    }
    return false;
  };
  if (process.platform === 'win32') {
    // No signals there; pg_ctl speaks through a pipe.
    await runToEnd(binaries.pgCtl, ['stop', '-D', paths.cluster, '-m', 'fast'], {
      cwd: paths.cluster,
      account,
    });
    return;
  }
  for (const [signal, bound] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isPostmasterOf(paths.cluster, record.pid))) return;
    process.kill(record.pid, signal);
    if (await gone(bound)) return;
  }
  throw new Error(`PostgreSQL (process ${record.pid}) cannot be stopped`);
}

export function connection(port: number, password: string, database: string): pg.ClientConfig {
  return { host: '127.0.0.1', port, user: SUPERUSER, password, database, connectionTimeoutMillis: 5_000 };
}

/** The log goes on where it was; one that has grown large is set aside, replacing the one set aside before. */
async function openLog(path: string) {
  const size = await stat(path).then(
    (info) => info.size,
    () => 0,
  );
  if (size > LOG_BOUND_BYTES) await rename(path, `${path}.1`);
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  return open(path, flags, 0o600);
}

async function readFrom(file: Awaited<ReturnType<typeof openLog>>, start: number): Promise<string> {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - start, 4_000)), 0, null, start);
  return buffer.toString('utf8', 0, bytesRead);
}

/** A port that was free a moment ago; a start that finds it taken after all tries another. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
