import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { ClientDecisions } from '../../src/client/change-client.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import { historyLines } from '../../src/demo/history-generator.js';
import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { Codec } from '../../src/event-store/codec.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import { ImportFailed, type ImportReport } from '../../src/importing/import-report.js';
import { importHistories, type ImportOptions } from '../../src/importing/importer.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';
import { clientKeysIn, type FreshKeys } from '../support/client-keys.js';
import { ninetyDays } from '../support/commands.js';

const now = '2026-11-22T12:00:00.000Z';
const source = 'crm';
const ids = new ImportIds(source);

let spool: FreshDatabase;
let keys: FreshKeys;
beforeAll(async () => {
  spool = await freshDatabase();
  keys = await clientKeysIn(spool.url);
});
afterAll(async () => {
  await keys.close();
  await spool.drop();
});

/** An event store of the test's own, and what is imported into it. */
async function withStore(test: (log: Log, server: FreshEventStore) => Promise<void>): Promise<void> {
  const server = await freshEventStore();
  const log = new Log(server.url);
  try {
    await test(log, server);
  } finally {
    await log.store.close();
    await server.close();
  }
}

class Log {
  readonly store: EventStore;

  constructor(url: string) {
    this.store = new EventStore(url);
  }

  /** As a process that has just started does: it knows of no client. */
  import(file: string | Buffer | Iterable<string>, more: Partial<ImportOptions> = {}): Promise<ImportReport> {
    const bytes = typeof file === 'string' || Buffer.isBuffer(file) ? file : [...file].join('\n');
    const runner = new ClientDecisions(this.store, keys.keys);
    const blind = keys.keys.blind.bind(keys.keys);
    const options = { source, runner, blind, databaseUrl: spool.url, policy: ninetyDays, now, ...more };
    return importHistories({ input: inPieces(bytes), ...options });
  }

  async stream(clientRef: string): Promise<RecordedEvent<ClientEvent>[]> {
    const codec = new Codec<ClientEvent>(clientEvents, keys.keys);
    const resolved = await this.store.readStream(clientStream(ids.client(clientRef).id));
    await codec.readyToRead(codec.subjectsToFetch(resolved));
    return resolved.map((event) => codec.decode(event));
  }

  /** What is on record of each client, without what differs from one writing to the next: ids of events, record time. */
  async lives(clientRefs: Iterable<string>): Promise<Record<string, ClientEvent[]>> {
    const lives: Record<string, ClientEvent[]> = {};
    for (const ref of clientRefs) lives[ref] = (await this.stream(ref)).map(({ event }) => event);
    return lives;
  }
}

async function* inPieces(bytes: string | Buffer): AsyncGenerator<Buffer> {
  const whole = Buffer.from(bytes);
  for (let from = 0; from < whole.length; from += 10_000) {
    yield whole.subarray(from, from + 10_000);
    await new Promise(setImmediate);
  }
}

const lines = [...historyLines({ seed: 7, clients: 60, from: '2024-01-01T00:00:00.000Z', to: now })];
const refs = [...new Set(lines.map((line) => (JSON.parse(line) as { clientRef: string }).clientRef))];
/** One client with more than goes into one append. */
const longLife = Array.from({ length: 700 }, (_, index) => ({
  type: 'serviced',
  clientRef: 'C-long',
  occurredAt: new Date(Date.UTC(2000, 0, 1 + 13 * index)).toISOString(),
  serviceRef: `J-${index}`,
})).map((line) => JSON.stringify(line));

describe('an import of client histories', () => {
  it('records every fact at its business date, with the lapses and returns that follow, as the work of the import', () =>
    withStore(async (log) => {
      const report = await log.import(lines);
      expect(report).toMatchObject({
        lines: lines.length,
        recorded: lines.length,
        known: 0,
        refused: 0,
        clients: refs.length,
        clientsChanged: refs.length,
        position: await log.store.tail(),
      });
      const streams = await Promise.all(refs.map((ref) => log.stream(ref)));
      expect(report.events).toBe(streams.flat().length);
      const types = new Set(streams.flat().map(({ event }) => event.type));
      expect([...types]).toEqual(
        expect.arrayContaining(['ClientLapsed', 'ClientReactivated', 'ComplaintResolved']),
      );
      for (const { event, envelope, recordedAt } of streams.flat()) {
        expect(envelope).toMatchObject({ source: 'import', actor: { id: 'import', role: 'import' } });
        expect(event.occurredAt < now && event.occurredAt < recordedAt).toBe(true);
      }
    }));

  it('changes nothing when it comes again, from another process, in another order and another form of file', () =>
    withStore(async (log) => {
      const first = await log.import(lines);
      const tail = await log.store.tail();
      const known = {
        lines: lines.length,
        recorded: 0,
        known: lines.length,
        refused: 0,
        events: 0,
        position: null,
      };
      expect(await log.import(lines)).toMatchObject({ ...known, clients: first.clients, clientsChanged: 0 });
      expect(await log.import(gzipSync(lines.toReversed().join('\n')))).toMatchObject(known);
      expect(await log.import(`\ufeff${lines.join('\r\n\r\n')}\r\n`)).toMatchObject(known);
      expect(await log.store.tail()).toBe(tail);
    }));

  it('records the facts of a long life in several appends, one after the other', () =>
    withStore(async (log) => {
      const report = await log.import([...lines, ...longLife.toReversed()]);
      expect(report.recorded).toBe(lines.length + longLife.length);
      const stream = await log.stream('C-long');
      expect(new Set(stream.map(({ envelope }) => envelope.commandId)).size).toBeGreaterThan(4);
      const services = stream.filter(({ event }) => event.type === 'ClientServiced');
      expect(services.map(({ event }) => event.occurredAt)).toEqual(
        longLife.map((line) => (JSON.parse(line) as { occurredAt: string }).occurredAt),
      );
      expect(stream.at(-1)?.event).toMatchObject({ type: 'ClientLapsed' });
      expect(stream.filter(({ event }) => event.type === 'LapseRevoked')).toEqual([]);
    }));

  it('decides everything and appends nothing in a dry run, and foretells what the import then does', () =>
    withStore(async (log) => {
      const tail = await log.store.tail();
      const file = [...longLife, ...lines, '{"type":"resolved"}'];
      const foretold = await log.import(file, { dryRun: true });
      expect(await log.store.tail()).toBe(tail);
      const report = await log.import(file);
      const same = { dryRun: false, position: report.position, milliseconds: report.milliseconds };
      expect(foretold.position).toBeNull();
      expect({ ...foretold, ...same }).toEqual(report);
    }));

  it('refuses lines by number and records the rest', () =>
    withStore(async (log) => {
      const file = [
        '{"type":"converted","clientRef":"A","occurredAt":"2024-01-01T09:00:00Z"}',
        'no fact at all',
        '{"type":"serviced","clientRef":"A","occurredAt":"2024-01-02T09:00:00Z","serviceRef":"1"}',
        '{"type":"serviced","clientRef":"A","occurredAt":"2024-01-03T09:00:00Z","serviceRef":"1"}',
        '{"type":"noted","clientRef":"B","occurredAt":"2024-01-03T09:00:00Z","text":"who?"}',
        '{"type":"noted","clientRef":"A","occurredAt":"2024-01-03T09:00:00Z","text":"a \\\\ and\\ta tab\\nand 😀"}',
      ];
      const seen: number[] = [];
      const report = await log.import(file, { onRefused: ({ line }) => seen.push(line) });
      expect(report).toMatchObject({ lines: 6, recorded: 3, refused: 3 });
      expect(report.refusedLines).toEqual([
        { line: 2, reason: expect.stringContaining('JSON') },
        { line: 4, reason: expect.stringContaining('recorded on 2024-01-02T09:00:00.000Z') },
        { line: 5, reason: expect.stringContaining('neither a conversion nor a service') },
      ]);
      expect(seen.toSorted()).toEqual([2, 4, 5]);
      const { A } = await log.lives(['A']);
      expect(A?.find(({ type }) => type === 'NoteAdded')?.data).toMatchObject({
        text: 'a \\ and\ta tab\nand 😀',
      });
    }));
});

describe('an import that breaks off', () => {
  it('says what it has recorded, and the same import again records the rest: each life as in one go', () =>
    withStore((clean) =>
      withStore(async (log) => {
        const file = [...lines, ...longLife];
        await clean.import(file);
        let recorded = 0;
        for (const commands of [1, 15, 40]) {
          const stop = new AbortController();
          const runner = new StoppedAfter(log.store, commands, stop);
          const failure = await log.import(file, { signal: stop.signal, runner }).then(
            () => null,
            (error: ImportFailed) => error,
          );
          expect(failure).toBeInstanceOf(ImportFailed);
          recorded += failure?.report.recorded ?? 0;
        }
        expect(recorded).toBeGreaterThan(0);
        expect(recorded).toBeLessThan(file.length);
        const rest = await log.import(file);
        expect(rest).toMatchObject({ recorded: file.length - recorded, known: recorded, refused: 0 });
        const everyone = [...refs, 'C-long'];
        expect(await log.lives(everyone)).toEqual(await clean.lives(everyone));
      }),
    ));

  it('has recorded nothing if the file turns out to be incomplete', () =>
    withStore(async (log) => {
      const zipped = gzipSync(lines.join('\n'));
      const tail = await log.store.tail();
      const broken = log.import(zipped.subarray(0, zipped.length - 100));
      await expect(broken).rejects.toThrow('the compressed data end too early');
      await expect(broken).rejects.toMatchObject({ report: { recorded: 0, events: 0 } });
      expect(await log.store.tail()).toBe(tail);
    }));

  it('waits for an event store that is away, and goes on when it is back', async () => {
    const database = await freshDatabase();
    let node = await startEventStoreNode({ databaseUrl: database.url });
    const log = new Log(node.url);
    let restarted: Promise<void> | undefined;
    const restart = async () => {
      const { port } = node;
      await node.close();
      node = await startEventStoreNode({ databaseUrl: database.url, port });
    };
    try {
      const report = await log.import([...lines, ...longLife], {
        onProgress: ({ phase }) => {
          if (phase === 'recording') restarted ??= restart();
        },
      });
      await restarted;
      expect(report).toMatchObject({ recorded: lines.length + longLife.length, refused: 0 });
      expect(await log.import(lines)).toMatchObject({ known: lines.length, events: 0 });
    } finally {
      await log.store.close();
      await node.close();
      await database.drop();
    }
  });

  it('gives up on an event store that stays away, and says so', async () => {
    const server = await freshEventStore();
    await server.close();
    const log = new Log(server.url);
    try {
      const broken = log.import(lines, { patienceMs: 300 });
      await expect(broken).rejects.toThrow('the import broke off: the event store is not available');
      await expect(broken).rejects.toMatchObject({ report: { lines: lines.length, recorded: 0 } });
    } finally {
      await log.store.close();
    }
  });

  it('says so when there is no database for the lines to wait in', () =>
    withStore(async (log) => {
      const nowhere = new URL(spool.url);
      nowhere.pathname = '/no_such_database';
      const broken = log.import(lines, { databaseUrl: nowhere.toString() });
      await expect(broken).rejects.toThrow('database "no_such_database" does not exist');
    }));
});

describe('a history with facts of every type', () => {
  const every = [
    { type: 'converted', occurredAt: '2024-01-02T09:00:00Z', name: 'Ada', trade: 'plumbing' },
    {
      type: 'serviced',
      occurredAt: '2024-01-09T09:00:00Z',
      serviceRef: 'J-1',
      amountMinor: 8200,
      currency: 'CAD',
    },
    { type: 'serviced', occurredAt: '2024-01-10T09:00:00Z', serviceRef: 'J-2' },
    {
      type: 'service_voided',
      occurredAt: '2024-01-11T09:00:00Z',
      serviceRef: 'J-2',
      reason: 'entered twice',
    },
    {
      type: 'service_corrected',
      occurredAt: '2024-01-12T09:00:00Z',
      serviceRef: 'J-1',
      newOccurredAt: '2024-01-08T09:00:00Z',
    },
    {
      type: 'service_corrected',
      occurredAt: '2024-01-13T09:00:00Z',
      serviceRef: 'J-1',
      amountMinor: 7800,
      currency: 'CAD',
    },
    { type: 'complained', occurredAt: '2024-01-14T09:00:00Z', complaintRef: 'K-1', serviceRef: 'J-1' },
    { type: 'resolved', occurredAt: '2024-01-15T09:00:00Z', complaintRef: 'K-1' },
    { type: 'noted', occurredAt: '2024-01-15T10:00:00Z', text: 'yes' },
    {
      type: 'booked',
      occurredAt: '2024-01-16T09:00:00Z',
      bookingRef: 'B-1',
      scheduledFor: '2024-02-01T08:00:00Z',
    },
    {
      type: 'invoiced',
      occurredAt: '2024-01-17T09:00:00Z',
      invoiceRef: 'I-1',
      amountMinor: 7800,
      currency: 'CAD',
    },
    {
      type: 'paid',
      occurredAt: '2024-01-18T09:00:00Z',
      invoiceRef: 'I-1',
      amountMinor: 800,
      currency: 'CAD',
    },
    { type: 'paid', occurredAt: '2024-01-19T09:00:00Z', invoiceRef: 'I-1' },
    { type: 'feedback', occurredAt: '2024-01-20T09:00:00Z', feedbackRef: 'F-1', instrument: 'nps', score: 9 },
    { type: 'closed', occurredAt: '2024-01-21T09:00:00Z', reason: 'moved_away' },
  ].map((fact) => JSON.stringify({ clientRef: 'C-every', ...fact }));

  it('is recorded whole, and imported again, in another order, it changes nothing', () =>
    withStore(async (log) => {
      expect(await log.import(every)).toMatchObject({ recorded: every.length, refused: 0 });
      const stream = await log.stream('C-every');
      expect(stream.map(({ event }) => event.type)).toEqual([
        ...['ClientConverted', 'ClientServiced', 'ClientServiced', 'ServiceVoided', 'ServiceCorrected'],
        ...['ServiceCorrected', 'ClientComplained', 'ComplaintResolved', 'NoteAdded', 'BookingMade'],
        ...['InvoiceIssued', 'InvoicePaid', 'InvoicePaid', 'FeedbackReceived', 'ClientClosed'],
      ]);
      expect(await log.import(every.toReversed())).toMatchObject({
        recorded: 0,
        known: every.length,
        events: 0,
      });
    }));

  it('gives a note an id that does not let anybody guess at what it says', () =>
    withStore(async (log) => {
      await log.import(every);
      const note = (await log.stream('C-every')).find(({ event }) => event.type === 'NoteAdded');
      const guess = ids.client('C-every').note('2024-01-15T10:00:00.000Z', 'yes');
      expect(note?.event.data).toMatchObject({ text: 'yes' });
      expect((note?.event.data as { noteId: string }).noteId).not.toBe(guess);
    }));

  it('refuses a service to a client that is closed by then, and says so', () =>
    withStore(async (log) => {
      const late = {
        clientRef: 'C-every',
        type: 'serviced',
        occurredAt: '2024-03-01T09:00:00Z',
        serviceRef: 'J-9',
      };
      const report = await log.import([...every, JSON.stringify(late)]);
      expect(report.refusedLines).toEqual([
        { line: every.length + 1, reason: expect.stringContaining('closed; reopen it first') },
      ]);
    }));
});

/** Breaks the import off after so many commands. */
class StoppedAfter extends ClientDecisions {
  constructor(
    store: EventStore,
    private left: number,
    private readonly stop: AbortController,
  ) {
    super(store, keys.keys);
  }

  override run(...[request]: Parameters<ClientDecisions['run']>): ReturnType<ClientDecisions['run']> {
    if (--this.left === 0) this.stop.abort();
    return super.run(request);
  }
}
