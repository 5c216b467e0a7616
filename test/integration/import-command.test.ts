import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock } from '../../src/clock.js';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ClientDecisions } from '../../src/client/change-client.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { runImport, type ImportArguments } from '../../src/importing/import.command.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { clientKeysIn, type FreshKeys } from '../support/client-keys.js';
import { ninetyDays } from '../support/commands.js';

let server: FreshEventStore;
let database: FreshDatabase;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let store: EventStore;
let keys: FreshKeys;
beforeAll(async () => {
  [server, database, directory] = [
    await freshEventStore(),
    await freshDatabase(),
    await temporaryDirectory(),
  ];
  store = new EventStore(server.url);
  keys = await clientKeysIn(database.url);
});
afterAll(async () => {
  await store.close();
  await keys.close();
  await Promise.all([server.close(), database.drop(), directory.remove()]);
});

/** Runs the command on a file of these lines, and gives what it answers and what it prints. */
async function run(lines: string[], args: ImportArguments = {}, isTTY = false) {
  const file = join(directory.path, 'clients.ndjson');
  await writeFile(file, lines.join('\n'));
  return runOn(file, args, isTTY);
}

async function runOn(file: string, args: ImportArguments = {}, isTTY = false) {
  let printed = '';
  const out = Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        printed += chunk.toString();
        done();
      },
    }),
    { isTTY },
  );
  const runner = new ClientDecisions(store, keys.keys);
  const blind = keys.keys.blind.bind(keys.keys);
  const services = {
    runner,
    blind,
    databaseUrl: database.url,
    policy: ninetyDays,
    now: new Clock().now(),
    patienceMs: 300,
  };
  const code = await runImport(file, args, services, out);
  return { code, printed };
}

const good = [
  '{"type":"converted","clientRef":"C-17","occurredAt":"2024-01-02T09:00:00Z","name":"Ada Lovelace"}',
  '{"type":"serviced","clientRef":"C-17","occurredAt":"2024-01-09T09:00:00Z","serviceRef":"J-1"}',
];
const bad =
  '{"type":"converted","clientRef":"C-18","occurredAt":"2024-01-02T09:00:00Z","email":"Ada Lovelace"}';

describe('the import command', () => {
  it('answers 0 and says what it recorded when all went in', async () => {
    const { code, printed } = await run(good, { source: 'crm' });
    expect(code).toBe(0);
    expect(printed).toMatch(/^Import of clients.ndjson, source "crm": \d+\.\d s$/m);
    expect(printed).toMatch(/^ +facts recorded +2 +for 1 of 1 clients$/m);
    expect(printed).toMatch(/^ +events appended +3 /m);
    expect(printed).toMatch(/^ +log position reached +\d+$/m);
  });

  it('answers 2 and names the refused lines when some were refused, never what stood in them', async () => {
    const { code, printed } = await run([...good, bad], { source: 'crm' });
    expect(code).toBe(2);
    expect(printed).toMatch(/^ +facts known already +2$/m);
    expect(printed).toMatch(/^ +lines refused +1$/m);
    expect(printed).toMatch(/^ +line 3: email must be an email$/m);
    expect(printed).not.toMatch(/Ada|Lovelace/);
  });

  it('says in a dry run what would be, and appends nothing', async () => {
    const tail = await store.tail();
    const { code, printed } = await run(good, { source: 'another', dryRun: true });
    expect(code).toBe(0);
    expect(printed).toMatch(/^Dry run of/m);
    expect(printed).toMatch(/^ +facts would be recorded +2 /m);
    expect(await store.tail()).toBe(tail);
  });

  it('draws a progress bar on a terminal, and none elsewhere', async () => {
    expect((await run(good, {}, true)).printed).toMatch(/Reading .*Recording /s);
    expect((await run(good, {}, false)).printed).not.toMatch(/%/);
  });

  it('answers 1 when there is no such file, or no source', async () => {
    const missing = join(directory.path, 'missing.ndjson');
    expect(await runOn(missing)).toEqual({
      code: 1,
      printed: `There is no file ${missing} that could be read.\n`,
    });
    expect(await runOn(directory.path)).toMatchObject({ code: 1 });
    expect(await run(good, { source: ' ' })).toMatchObject({
      code: 1,
      printed: expect.stringMatching(/source/),
    });
  });

  it('answers 1 when the import breaks off, and says what to do', async () => {
    const away = await freshEventStore();
    const cut = new EventStore(away.url);
    await away.close();
    const [before, kept] = [store, good];
    try {
      store = cut;
      const { code, printed } = await run(kept, { source: 'third' });
      expect(code).toBe(1);
      expect(printed).toMatch(/^The import broke off: the event store is not available\.$/m);
      expect(printed).toMatch(/^Nothing was recorded\.$/m);
    } finally {
      store = before;
      await cut.close();
    }
  });
});
