import { randomBytes, randomUUID } from 'node:crypto';
import {
  chown,
  lchown,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './postmaster-pid.js';
import type { NativeBinaries } from './native-binaries.js';
import { runToEnd } from './run-to-end.js';
import type { ServiceAccount } from './service-account.js';

/** The only role of the cluster. Every connection authenticates by password, over TCP on loopback. */
export const SUPERUSER = 'tenure';
const MAJOR_VERSION = '18';

/** What lies where in the directory of an embedded PostgreSQL. */
export interface ClusterPaths {
  dir: string;
  /** PostgreSQL's data directory, the only thing here that belongs to the service account. */
  cluster: string;
  password: string;
  log: string;
}

export function clusterPaths(dir: string): ClusterPaths {
  return {
    dir,
    cluster: join(dir, 'cluster'),
    password: join(dir, 'password'),
    log: join(dir, 'postgres.log'),
  };
}

/**
 * How PostgreSQL is told its data directory. It is always started with that directory as the working directory:
 * the kernel enters it while the process is still root, and this name leads back to it afterwards though the
 * service account may not walk the folders above.
 */
export function dataDirectoryArgument(cluster: string, account: ServiceAccount | undefined): string {
  return account && process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

/**
 * Makes the password and the cluster if they are not there yet. Whole or not at all: a cluster is built beside its
 * place and renamed into it, so that one whose making was interrupted is simply made again, and of two processes
 * that make one at once the first wins and the other uses it.
 * @returns the password of SUPERUSER
 */
export async function prepareCluster(
  paths: ClusterPaths,
  binaries: NativeBinaries,
  account: ServiceAccount | undefined,
  log: (line: string) => void,
): Promise<string> {
  await mkdir(paths.dir, { recursive: true, mode: 0o700 });
  await removeUnfinished(paths.dir);
  const version = await clusterVersion(paths.cluster);
  const password = await readOrMakePassword(paths, version !== undefined);
  if (version === undefined) {
    log(`Creating a PostgreSQL cluster in ${paths.cluster}`);
    await createCluster(paths, password, binaries, account);
  } else if (version !== MAJOR_VERSION) {
    throw new Error(
      `${paths.cluster} was made by PostgreSQL ${version}; this release carries PostgreSQL ${MAJOR_VERSION}. ` +
        'Dump it with the release that made it and load the dump into a new directory.',
    );
  } else if (account && (await stat(paths.cluster)).uid === 0) {
    await giveTo(account, paths.cluster);
  }
  return password;
}

async function clusterVersion(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

async function readOrMakePassword(paths: ClusterPaths, clusterExists: boolean): Promise<string> {
  const read = () => readFile(paths.password, 'utf8').then((text) => text.trim());
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (clusterExists) {
    throw new Error(`${paths.password} is missing; without it nobody can log in to the cluster beside it.`);
  }
  // Written whole under another name, then linked: nobody reads half of it, and the first of two writers wins.
  const draft = `${paths.password}.${randomUUID()}`;
  await writeDurably(draft, randomBytes(32).toString('hex'));
  await link(draft, paths.password).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft, { force: true });
  await syncDirectory(paths.dir);
  return read();
}

/** Stages carry the id of the process that builds them, so that those of the dead can be told and cleared. */
async function removeUnfinished(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const builder = /^cluster\.new-(\d+)-/.exec(name)?.[1];
    if (builder && !isAlive(Number(builder))) {
      await rm(join(dir, name), { recursive: true, force: true, maxRetries: 20 });
    }
  }
}

async function createCluster(
  paths: ClusterPaths,
  password: string,
  binaries: NativeBinaries,
  account: ServiceAccount | undefined,
): Promise<void> {
  const stage = join(paths.dir, `cluster.new-${process.pid}-${randomUUID()}`);
  const fresh = join(stage, 'cluster');
  try {
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    await writeDurably(join(stage, 'password'), password);
    if (account) {
      for (const path of [stage, fresh, join(stage, 'password')])
        await chown(path, account.uid >>> 0, account.gid >>> 0);
    }
    // The builtin provider, not the C library's: the same order of strings on every machine and after every upgrade.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const run = await runToEnd(
      binaries.initdb,
      [
        ...['-D', dataDirectoryArgument(fresh, account), '-U', SUPERUSER, '-A', 'scram-sha-256'],
        ...['--pwfile=../password', '--data-checksums', '--no-instructions', ...locale],
      ],
      { cwd: fresh, account },
    );
    if (!run.ok) throw new Error(`initdb failed in ${paths.dir}: ${run.output}`);
    await rename(fresh, paths.cluster).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    await syncDirectory(paths.dir);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  if ((await clusterVersion(paths.cluster)) === undefined) {
    throw new Error(
      `${paths.cluster} holds files but no PostgreSQL cluster. Move them away or name another directory.`,
    );
  }
}

/** A cluster that root restored from a backup belongs to root; PostgreSQL insists on owning its files. */
async function giveTo(account: ServiceAccount, path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    await lchown(join(entry.parentPath, entry.name), account.uid >>> 0, account.gid >>> 0);
  }
  // The top comes last: it is by the top that an interrupted handing over is seen and done again.
  await lchown(path, account.uid >>> 0, account.gid >>> 0);
}

async function writeDurably(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flag: 'wx', flush: true });
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}
