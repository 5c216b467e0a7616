import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Launcher = typeof import('../../src/embedded/postgres/embedded-postgres.js');
type Processes = typeof import('../../src/embedded/postgres/postmaster-pid.js');

const PREFIX = 'tenure-test-run-';
/** Nothing of a run is meant to survive it. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** Left on globalThis for the teardown, which jest runs in the same process. */
export interface RunningCluster {
  tenureTestCluster?: { remove(): Promise<void> };
}

/**
 * Starts PostgreSQL once a run, in a temporary directory, and hands its URL on as TENURE_TEST_POSTGRES. A server that
 * this variable names already is used instead (its role must be a superuser).
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TENURE_TEST_POSTGRES) return;
  const { startEmbeddedPostgres } = await built<Launcher>('embedded-postgres.js');
  await removeLeftovers(startEmbeddedPostgres);
  const dir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const server = await startEmbeddedPostgres({ dir, settings: FAST });
  process.env.TENURE_TEST_POSTGRES = server.url('postgres');
  (globalThis as RunningCluster).tenureTestCluster = {
    remove: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Jest transforms this file but not what it imports, so the launcher comes from the build. */
async function built<Module>(file: string): Promise<Module> {
  const url = new URL(`../../dist/src/embedded/postgres/${file}`, import.meta.url);
  try {
    return (await import(url.href)) as Module;
  } catch (error) {
    throw new Error('The tests run against the build: "npm run build" first', { cause: error });
  }
}

/** A run that was killed leaves its server running; the directory's name says whose it was. */
async function removeLeftovers(start: Launcher['startEmbeddedPostgres']): Promise<void> {
  const { isAlive } = await built<Processes>('postmaster-pid.js');
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!owner || isAlive(Number(owner))) continue;
    const dir = join(tmpdir(), name);
    // Taking the server over is the surest way to stop it; a directory that is past starting is just removed.
    await start({ dir, settings: FAST }).then(
      (server) => server.stop(),
      () => undefined,
    );
    await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
}
