import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/postgres/embedded-postgres.js';
import { isAlive } from '../../src/embedded/postgres/postmaster-pid.js';
import type { RuntimeRecord } from '../../src/embedded/runtime-record.js';
import { builtModule, type NodeProcess, startNode } from '../support/node-process.js';
import { freshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { waitUntil } from '../support/wait-until.js';

const RUNTIME = builtModule('src/embedded/embedded-runtime.js');
const OTHER_STORE = 'esdb://eventstore.example.org:2113';

interface Opened {
  owner: boolean;
  eventStoreUrl: string;
  databaseUrl: string;
}
interface OpenOptions {
  attach?: boolean;
  eventStoreUrl?: string;
  databaseUrl?: string;
}

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let dataDir: string;
let processes: NodeProcess[] = [];

beforeEach(async () => {
  home = await temporaryDirectory();
  dataDir = join(home.path, 'data');
});

afterEach(async () => {
  for (const process of processes) await process.kill();
  processes = [];
  // Killed owners leave their server behind.
  if ((await readdir(home.path)).length > 0) {
    const server = await startEmbeddedPostgres({ dir: join(dataDir, 'postgres') });
    await server.stop();
  }
  await home.remove();
});

/** A process that opens the runtime, says so, and closes it (twice) on SIGTERM. */
function launch(options: OpenOptions = {}): NodeProcess {
  const process = startNode(`
    const { openRuntime } = await import(${RUNTIME});
    const options = ${JSON.stringify({ attach: false, dataDir, ...options })};
    try {
      const { owner, eventStoreUrl, databaseUrl, close, failed } = await openRuntime({
        ...options,
        log: (line) => console.log('log: ' + line),
      });
      failed.catch((error) => console.log('failed: ' + error.message));
      process.once('SIGTERM', async () => {
        await Promise.all([close(), close()]);
        console.log('closed');
        process.exit();
      });
      console.log('open ' + JSON.stringify({ owner, eventStoreUrl, databaseUrl }));
      setInterval(() => undefined, 1000);
    } catch (error) {
      console.log('refused: ' + error.message);
    }
  `);
  processes.push(process);
  return process;
}

async function opened(process: NodeProcess): Promise<Opened> {
  const [, json] = await process.says(/open (\{.*\})/);
  return JSON.parse(json ?? '') as Opened;
}

async function close(process: NodeProcess): Promise<void> {
  await opened(process);
  process.child.kill('SIGTERM');
  await process.says(/closed/);
  await process.ended;
}

async function databases(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>('SELECT datname AS name FROM pg_database ORDER BY 1');
  await client.end();
  return rows.map((row) => row.name).filter((name) => !/^(postgres|template\d)$/.test(name));
}

async function appendTo(url: string, stream: string): Promise<void> {
  const client = EventStoreDBClient.connectionString(url);
  await client.appendToStream(stream, jsonEvent({ type: 'Seen', data: { stream } }));
  await client.dispose();
}

async function typesIn(url: string, stream: string): Promise<string[]> {
  const client = EventStoreDBClient.connectionString(url);
  const types: string[] = [];
  for await (const { event } of client.readStream(stream)) types.push(event?.type ?? '');
  await client.dispose();
  return types;
}

const postmaster = async () =>
  Number((await readFile(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0]);
const record = async () => JSON.parse(await readFile(join(dataDir, 'runtime.json'), 'utf8')) as RuntimeRecord;

describe('the embedded runtime', () => {
  it('serves events and read models, keeps both over a restart, and leaves nothing running', async () => {
    const first = launch();
    const { owner, eventStoreUrl, databaseUrl } = await opened(first);
    expect(owner).toBe(true);
    await appendTo(eventStoreUrl, 'client-1');
    expect(await databases(databaseUrl)).toEqual(['event_log', 'tenure']);
    expect(await record()).toMatchObject({ pid: first.child.pid, eventStoreUrl, embeddedDatabase: true });
    expect((await stat(join(dataDir, 'runtime.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    const server = await postmaster();
    await close(first);
    await waitUntil('PostgreSQL is gone', () => !isAlive(server));
    expect(await readdir(dataDir)).toEqual(['postgres']);

    expect(await typesIn((await opened(launch())).eventStoreUrl, 'client-1')).toEqual(['Seen']);
  });

  it('starts nothing when both servers are configured', async () => {
    const given = { eventStoreUrl: OTHER_STORE, databaseUrl: 'postgres://db.example.org/tenure' };
    const process = launch(given);
    expect(await opened(process)).toEqual({ owner: false, ...given });
    await close(process);
    expect(await readdir(home.path)).toEqual([]);
  });

  it('embeds only the event store when a database is configured', async () => {
    const database = await freshDatabase();
    const process = launch({ databaseUrl: database.url });
    const { databaseUrl, eventStoreUrl } = await opened(process);
    expect(databaseUrl).toBe(database.url);
    await appendTo(eventStoreUrl, 'client-1');
    expect(await record()).toMatchObject({ embeddedDatabase: false, eventStoreUrl });
    await close(process);
    await database.drop();
  });

  it('embeds only the database when an event store is configured', async () => {
    const process = launch({ eventStoreUrl: OTHER_STORE });
    const { databaseUrl, eventStoreUrl, owner } = await opened(process);
    expect([owner, eventStoreUrl]).toEqual([true, OTHER_STORE]);
    expect(await databases(databaseUrl)).toEqual(['tenure']);
    expect(await record()).toMatchObject({ embeddedDatabase: true, eventStoreUrl: null });
  });

  it('refuses a second server in the same directory and names the first', async () => {
    const first = launch();
    await opened(first);
    const second = launch();
    await second.says(
      new RegExp(`refused: ${dataDir} is in use by process ${first.child.pid}\\. .*TENURE_DATA_DIR`),
    );
    await second.ended;
    expect(await databases((await opened(first)).databaseUrl)).toEqual(['event_log', 'tenure']);
  });

  it('lets a command work beside the server and leaves the server alone', async () => {
    const server = launch();
    const { eventStoreUrl, databaseUrl } = await opened(server);
    const command = launch({ attach: true });
    expect(await opened(command)).toEqual({ owner: false, eventStoreUrl, databaseUrl });
    await close(command);
    await appendTo(eventStoreUrl, 'client-1');
    expect(server.output()).not.toContain('failed');
    expect(await record()).toMatchObject({ pid: server.child.pid });
  });

  it('has one owner when several commands start at the same moment, and it stays until the last is done', async () => {
    const commands = [launch({ attach: true }), launch({ attach: true }), launch({ attach: true })];
    const answers = await Promise.all(commands.map(opened));
    expect(new Set(answers.map((answer) => answer.eventStoreUrl)).size).toBe(1);
    expect(answers.filter((answer) => answer.owner)).toHaveLength(1);
    const owner = commands[answers.findIndex((answer) => answer.owner)];
    const guests = commands.filter((command) => command !== owner);
    owner?.child.kill('SIGTERM');
    await owner?.says(/log: Waiting for process \d+/);
    await appendTo(answers[0]?.eventStoreUrl ?? '', 'client-1');
    for (const guest of guests) await close(guest);
    await owner?.says(/closed/);
    expect(guests.map((guest) => guest.output()).join()).not.toContain('failed');
  });

  it('tells a command what to set when the server keeps its data elsewhere', async () => {
    const database = await freshDatabase();
    await opened(launch({ databaseUrl: database.url }));
    await launch({ attach: true }).says(/refused: Process \d+.* uses DATABASE_URL; set it here/);
    const withDatabase = launch({ attach: true, databaseUrl: database.url });
    expect((await opened(withDatabase)).owner).toBe(false);
    await database.drop();
  });

  it('is owned by the next process after kill -9, with the same PostgreSQL and all events', async () => {
    const first = launch();
    const { eventStoreUrl } = await opened(first);
    await appendTo(eventStoreUrl, 'client-1');
    const server = await postmaster();
    await first.kill();
    expect(await record()).toMatchObject({ pid: first.child.pid });

    const second = launch();
    const after = await opened(second);
    expect(after.owner).toBe(true);
    expect(await postmaster()).toBe(server);
    expect(await record()).toMatchObject({ pid: second.child.pid, eventStoreUrl: after.eventStoreUrl });
    expect(await typesIn(after.eventStoreUrl, 'client-1')).toEqual(['Seen']);
    await close(second);
    await waitUntil('PostgreSQL is gone', () => !isAlive(server));
  });

  it('passes to a process that starts while the owner is closing', async () => {
    const first = launch();
    await opened(first);
    first.child.kill('SIGTERM');
    const second = launch();
    expect((await opened(second)).owner).toBe(true);
    expect(await record()).toMatchObject({ pid: second.child.pid });
  });

  it('fails in the owner and in its guests when PostgreSQL dies, and can still be closed and opened again', async () => {
    const owner = launch();
    const { eventStoreUrl } = await opened(owner);
    const guest = launch({ attach: true });
    await opened(guest);
    await appendTo(eventStoreUrl, 'client-1');
    process.kill(await postmaster(), 'SIGKILL');
    await owner.says(/failed: /);
    await guest.says(/failed: The connection to the embedded PostgreSQL broke/);
    await close(guest);
    await close(owner);
    expect(await typesIn((await opened(launch())).eventStoreUrl, 'client-1')).toEqual(['Seen']);
  });
});
