import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/postgres/embedded-postgres.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { freshEventStore } from '../support/event-store.js';
import { jarEvents, type JarEvent } from '../support/jars/jar.events.js';
import { builtModule, type NodeProcess, startNode } from '../support/node-process.js';
import { freshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// These run the built command line in processes of their own, as an operator does.
const clean: (() => Promise<void>)[] = [];
let home: string;
let environment: Record<string, string>;

beforeEach(async () => {
  const directory = await temporaryDirectory();
  home = directory.path;
  environment = {};
  clean.push(() => directory.remove());
});
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** Starts `eventstore …` with a data directory under the test's home. */
function start(data: string, ...args: string[]): NodeProcess {
  const process = startNode(`
    Object.assign(process.env, ${JSON.stringify(environment)});
    process.env.TENURE_DATA_DIR = ${JSON.stringify(join(home, data))};
    const { eventStoreCommand } = await import(${builtModule('src/ops/event-store.command.js')});
    await eventStoreCommand().parseAsync(${JSON.stringify(args)}, { from: 'user' });
  `);
  clean.push(() => process.kill());
  return process;
}

async function run(data: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const process = start(data, ...args);
  const { code } = await process.ended;
  return { code, output: process.output() };
}

async function serve(data: string): Promise<{ url: string; process: NodeProcess }> {
  const process = start(data, 'serve', '--port', '0');
  // Whatever a kill leaves running is stopped at the end.
  clean.push(() => withPostgres(data, () => Promise.resolve()));
  const [, url] = await process.says(/Serving (esdb:\S+)/);
  return { url: url ?? '', process };
}

/** Works on the PostgreSQL of a data directory behind the event store's back, then stops it. */
async function withPostgres(data: string, work: (url: string) => Promise<void>): Promise<void> {
  const server = await startEmbeddedPostgres({ dir: join(home, data, 'postgres') });
  try {
    await work(server.url('event_log'));
  } finally {
    await server.stop();
  }
}

async function stop(process: NodeProcess): Promise<void> {
  process.child.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 0 });
  expect(process.output()).toMatch(/Closed\n$/);
}

/** Records jars as the application does, hash chain and all. */
async function record(url: string, jars: number): Promise<void> {
  const store = new EventStore(url);
  const codec = new Codec<JarEvent>(jarEvents);
  const occurredAt = '2024-01-02T09:00:00.000Z';
  const events: JarEvent[] = [
    { type: 'JarPlaced', data: { shelf: 'top', label: 'Zoë' }, occurredAt },
    { type: 'MarblesAdded', data: { colour: 'red', count: 3 }, occurredAt },
    { type: 'MarblesTaken', data: { colour: 'red', count: 1 }, occurredAt },
  ];
  for (let n = 0; n < jars; n++) {
    const commandId = `6f1c2d2e-1111-4222-8333-${String(n).padStart(12, '0')}`;
    const actor = { id: 'tester', role: 'staff' };
    const context = {
      commandId,
      correlationId: 'c',
      causationId: 'c',
      fingerprint: 'f',
      actor,
      source: 'api' as const,
    };
    const stored = codec.encode(`jar-${n}`, events, context, { revision: -1, hash: undefined });
    await store.append(`jar-${n}`, stored, -1);
  }
  await store.close();
}

test('a store that is served, backed up, damaged, found damaged, restored and copied', async () => {
  const first = await serve('one');
  await record(first.url, 40);
  expect(await run('one', 'verify')).toEqual({
    code: 0,
    output:
      'Records in the log: 121, each as it was written.\n' +
      'Hash chains: 120 events, streams: 40.\nAll of them hold.\n',
  });
  const backup = join(home, 'backup');
  expect(await run('one', 'backup', backup)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Backed up positions 1 to 121 .* every record checked/),
  });
  expect(await run('one', 'serve', '--port', '0')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/is in use by process \d+/),
  });
  await stop(first.process);

  await withPostgres('one', async (url) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(
      `UPDATE event_log SET data = set_byte(data, 12, 65) WHERE stream = 'jar-20' AND revision = 1`,
    );
    await client.end();
  });
  const damaged = { code: 1, output: 'the record at position 63 is not what was written\n' };
  expect(await run('one', 'verify')).toEqual(damaged);
  expect(await run('one', 'backup', join(home, 'second'))).toEqual(damaged);

  expect(await run('two', 'verify', '--backup', backup)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Records in the backup: 121/),
  });
  expect(await run('two', 'restore', backup)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^Restored positions 1 to 121/),
  });
  expect(await run('two', 'restore', backup)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/the event log is not empty/),
  });

  const target = await freshEventStore();
  clean.push(() => target.close());
  const copied = await run('two', 'copy', '--to', target.url);
  expect(copied.output).toMatch(/^There already: 0\. Copied now: 120\.\n/);
  expect(copied.output).toMatch(
    /Target {2}events: 120, streams: 40, SHA-256 [0-9a-f]{64}\nThey are the same/,
  );
  expect(copied.code).toBe(0);
  const second = await serve('two');
  const again = await run('elsewhere', 'copy', '--from', second.url, '--to', target.url);
  expect(again).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^There already: 120\. Copied now: 0/),
  });
  await stop(second.process);
}, 120_000);

test('a chain that was forged with fitting checksums is named by verify', async () => {
  const { url, process } = await serve('data');
  await record(url, 3);
  const client = EventStoreDBClient.connectionString(url);
  const metadata = {
    commandId: 'c',
    hash: '0'.repeat(64),
    schemaVersion: 1,
    occurredAt: '2024-01-02T09:00:00.000Z',
  };
  const forged = jsonEvent({ type: 'MarblesAdded', data: { colour: 'blue', count: 9 }, metadata });
  await client.appendToStream('jar-1', forged, { expectedRevision: 2n });
  await client.appendToStream('elsewhere', jsonEvent({ type: 'Noted', data: {} }));
  await client.dispose();
  const { code, output } = await run('data', 'verify');
  expect(output).toMatch(/each as it was written/);
  expect(output).toMatch(/did not write them: 1\n {2}elsewhere\n/);
  expect(output).toMatch(/BROKEN streams: 1\n {2}jar-1@3: it does not follow revision 2\n/);
  expect(code).toBe(1);
  environment = { EVENTSTORE_URL: url };
  const asked = await run('data', 'verify');
  expect(asked.output).toMatch(
    /checked by the server that EVENTSTORE_URL names\.\n[^]*BROKEN streams: 1\n {2}jar-1@3/,
  );
  expect(asked.code).toBe(1);
  await stop(process);
}, 60_000);

test('a served store that is killed has what it acknowledged when it is served again', async () => {
  const before = await serve('data');
  await record(before.url, 5);
  await before.process.kill();
  const after = await serve('data');
  const store = new EventStore(after.url);
  expect(await store.readStream('jar-4')).toHaveLength(3);
  await store.close();
  await stop(after.process);
}, 60_000);

test('the log is backed up and verified beside a process that keeps its read models elsewhere, and beside none', async () => {
  const readModels = await freshDatabase();
  clean.push(() => readModels.drop());
  const owner = startNode(`
    const { openRuntime } = await import(${builtModule('src/embedded/embedded-runtime.js')});
    const dataDir = ${JSON.stringify(join(home, 'data'))};
    const runtime = await openRuntime({ dataDir, databaseUrl: '${readModels.url}', attach: false, log: () => undefined });
    process.once('SIGTERM', () => runtime.close().then(() => process.exit()));
    console.log('open');
    setInterval(() => undefined, 1000);
  `);
  clean.push(
    () => withPostgres('data', () => Promise.resolve()),
    () => owner.kill(),
  );
  await owner.says(/open/);
  environment = { DATABASE_URL: readModels.url, TENURE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
  expect(await run('data', 'verify')).toMatchObject({ code: 0 });
  expect(await run('data', 'backup', join(home, 'beside'))).toMatchObject({ code: 0 });
  owner.child.kill('SIGTERM');
  await owner.ended;
  expect(await run('data', 'backup', join(home, 'alone'))).toMatchObject({ code: 0 });
  environment = { EVENTSTORE_URL: 'esdb://eventstore.example.org:2113' };
  expect(await run('data', 'backup', join(home, 'foreign'))).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^EVENTSTORE_URL names a server/),
  });
}, 60_000);

test('commands on the log say what is wrong instead of making something up', async () => {
  expect(await run('nowhere', 'verify')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/There is no event log under/),
  });
  expect(await run('nowhere', 'copy', '--to', 'esdb://127.0.0.1:1?tls=false')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/There is no event log under/),
  });
  expect(await run('nowhere', 'backup', join(home, 'b'))).toMatchObject({ code: 1 });
  expect(await run('nowhere', 'restore', join(home, 'b'))).toMatchObject({
    code: 1,
    output: expect.stringMatching(/holds no backup/),
  });
  expect(await run('nowhere', 'serve', '--port', '70000')).toMatchObject({
    code: 1,
    output: expect.stringMatching(/port number/),
  });
  const copy = await run(
    'nowhere',
    'copy',
    '--from',
    'esdb://127.0.0.1:1?tls=false',
    '--to',
    'esdb://127.0.0.1:1?tls=false',
  );
  expect(copy).toMatchObject({ code: 1, output: expect.stringMatching(/^the event store is not available/) });
}, 60_000);
