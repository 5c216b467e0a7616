import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  StreamDeletedError,
  StreamNotFoundError,
  type ResolvedEvent,
} from '@eventstore/db-client';
import fc from 'fast-check';
import { randomBytes, randomUUID } from 'node:crypto';
import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { AppendPipeline } from '../../src/event-store/copy/append-pipeline.js';
import { compareEventStores } from '../../src/event-store/copy/compare-event-stores.js';
import { TargetDiverged } from '../../src/event-store/copy/copy-errors.js';
import { copyEventStore, type CopyProgress } from '../../src/event-store/copy/copy-event-store.js';
import type { RawEvent } from '../../src/event-store/copy/raw-event.js';
import { RawStore } from '../../src/event-store/copy/raw-store.js';
import { EventStoreUnavailable } from '../../src/event-store/event-store.js';
import { freshEventStore } from '../support/event-store.js';
import { builtModule, startNode } from '../support/node-process.js';
import { freshDatabase } from '../support/servers.js';
import { collect } from './event-store-contract/contract.js';

interface Store {
  url: string;
  client: EventStoreDBClient;
}

let open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.reverse()) await close();
  open = [];
});

async function freshStore(): Promise<Store> {
  const node = await freshEventStore();
  const client = EventStoreDBClient.connectionString(node.url);
  open.push(async () => {
    await client.dispose();
    await node.close();
  });
  return { url: node.url, client };
}

const freshPair = async () => ({ source: await freshStore(), target: await freshStore() });
const copy = (source: Store, target: Store) => copyEventStore({ from: source.url, to: target.url });

/** All that a log holds of streams that are no server's own, in order; tombstones without the id that the server made. */
async function logOf({ client }: Store) {
  const events = await collect(client.readAll());
  return events.flatMap(({ event }) => {
    if (!event || (event.streamId.startsWith('$') && !/^\$\$[^$]/.test(event.streamId))) return [];
    const { streamId, id, type, isJson, metadata, revision } = event;
    const data: unknown = isJson ? event.data : Buffer.from(event.data).toString('base64');
    return type === '$streamDeleted'
      ? [{ streamId, type }]
      : [{ streamId, id, type, isJson, data, metadata, revision }];
  });
}

/** What a reader is shown of a stream. */
async function shown({ client }: Store, stream: string) {
  try {
    return (await collect<ResolvedEvent>(client.readStream(stream))).map(({ event }) => [
      event?.revision,
      event?.id,
    ]);
  } catch (error) {
    if (error instanceof StreamNotFoundError) return 'not found';
    if (error instanceof StreamDeletedError) return 'deleted';
    throw error;
  }
}

const facts = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => jsonEvent({ type: 'Counted', data: { n: first + index } }));

/** Appends bytes as they are, which the public client does not do with JSON. */
async function appendBytes({ url }: Store, stream: string, events: Partial<RawEvent>[]): Promise<void> {
  const store = new RawStore(url);
  const pipeline = new AppendPipeline(await store.openAppends(), 1);
  const common = { stream, revision: 0, position: 0n, type: 'Noted', contentType: 'application/json' };
  const nothing = new Uint8Array();
  const whole = events.map((event) => ({
    ...common,
    id: randomUUID(),
    data: nothing,
    metadata: nothing,
    ...event,
  }));
  await pipeline.send({ stream, expected: -1, events: whole, bytes: 0 });
  await pipeline.drain();
  pipeline.close();
  await store.close();
}

describe('a copy of a store', () => {
  test('holds the same events under the same ids, at the same revisions, in the same order, and says so', async () => {
    const { source, target } = await freshPair();
    for (let n = 0; n < 30; n++) await source.client.appendToStream(`client-${n % 7}`, facts(1 + (n % 3), n));
    const report = await copy(source, target);
    expect(await logOf(target)).toEqual(await logOf(source));
    expect(report).toMatchObject({
      found: 0,
      copied: 60,
      comparison: { equal: true, differences: [], otherStreams: 0 },
    });
    expect(report.comparison.source).toEqual(report.comparison.target);
    expect(report.comparison.source).toMatchObject({ events: 60, streams: 7 });
  });

  test('of an empty store is empty', async () => {
    const { source, target } = await freshPair();
    expect(await copy(source, target)).toMatchObject({ found: 0, copied: 0, comparison: { equal: true } });
    expect(await logOf(target)).toEqual([]);
  });

  test('keeps the bytes of JSON as they are: spaces, order of keys, numbers that JavaScript cannot hold, what is no JSON', async () => {
    const { source, target } = await freshPair();
    const texts = [
      '{ "b" : 1,\n "a": 12345678901234567890 }',
      '{"x":1.0,"x":2}',
      '{broken',
      '"Zoë 🚿 \\u00e9"',
      '',
    ];
    const events = texts.map((text) => ({ data: Buffer.from(text), metadata: Buffer.from(` ${text} `) }));
    await appendBytes(source, 'client-1', events);
    expect((await copy(source, target)).comparison.equal).toBe(true);
    const store = new RawStore(target.url);
    const copied = (await collect(store.all())).filter(({ stream }) => stream === 'client-1');
    await store.close();
    expect(copied.map(({ data }) => Buffer.from(data).toString())).toEqual(texts);
    expect(copied.map(({ metadata }) => Buffer.from(metadata).toString())).toEqual(
      texts.map((text) => ` ${text} `),
    );
  });

  test('carries binary, empty and large events, and names of any script', async () => {
    const { source, target } = await freshPair();
    const bytes = (size: number) => Uint8Array.from(randomBytes(size));
    await source.client.appendToStream('клиент-№1/ü', [
      binaryEvent({ type: 'Ölwechsel', data: bytes(1_000), metadata: { wer: 'Zoë', 工: '配管' } }),
      binaryEvent({ type: 'empty', data: new Uint8Array(), metadata: bytes(100) }),
      jsonEvent({ type: 'nothing', data: {} }),
    ]);
    await source.client.appendToStream('large', binaryEvent({ type: 'photo', data: bytes(1_048_576) }));
    await source.client.appendToStream('клиент-№1/ü', [
      ...facts(400),
      binaryEvent({ type: 'plan', data: bytes(300_000) }),
    ]);
    await source.client.appendToStream('many', facts(1_200));
    expect((await copy(source, target)).comparison.equal).toBe(true);
    expect(await logOf(target)).toEqual(await logOf(source));
  });

  test('resolves its links as the source does', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('facts', facts(2));
    const links = ['1@facts', '9@facts'].map((text) => binaryEvent({ type: '$>', data: Buffer.from(text) }));
    await source.client.appendToStream('links', links);
    await copy(source, target);
    const resolved = async ({ client }: Store) =>
      (await collect(client.readStream('links', { resolveLinkTos: true }))).map(({ event, link }) => [
        event?.id,
        link?.id,
      ]);
    expect(await resolved(target)).toEqual(await resolved(source));
    expect((await resolved(target)).map(([event]) => event === undefined)).toEqual([false, true]);
  });

  test('of streams with limits, soft-deleted, written again and tombstoned ones shows readers the same', async () => {
    const { source, target } = await freshPair();
    const { client } = source;
    for (const name of ['limited', 'gone', 'back', 'ended', 'noted', 'dressed'])
      await client.appendToStream(name, facts(4));
    await client.setStreamMetadata('limited', { maxCount: 2, owner: 'Zoë' });
    await client.setStreamMetadata('limited', { truncateBefore: 1 });
    await client.deleteStream('gone');
    await client.deleteStream('back');
    await client.appendToStream('back', facts(2, 4));
    await client.deleteStream('ended');
    await client.tombstoneStream('ended');
    await client.tombstoneStream('never-written');
    await client.setStreamMetadata('not-written-yet', { owner: 'ops' });
    await client.deleteStream('dressed');
    await client.setStreamMetadata('dressed', { owner: 'ops' });
    await client.appendToStream('noted', facts(1, 4));

    expect((await copy(source, target)).comparison).toMatchObject({ equal: true, differences: [] });
    const streams = [
      'limited',
      'gone',
      'back',
      'ended',
      'never-written',
      'not-written-yet',
      'noted',
      'dressed',
    ];
    for (const stream of streams) {
      expect([stream, await shown(target, stream)]).toEqual([stream, await shown(source, stream)]);
      const metadata = async (store: Store) =>
        store.client.getStreamMetadata(stream).then(
          (found) => found.metadata,
          (error: Error) => error.name,
        );
      expect([stream, await metadata(target)]).toEqual([stream, await metadata(source)]);
    }
    expect(await shown(target, 'gone')).toBe('not found');
    expect(await shown(target, 'ended')).toBe('deleted');
    // A stream that was soft-deleted goes on numbering in the copy as in the source.
    for (const store of [source, target]) await store.client.appendToStream('gone', facts(1, 4));
    expect((await shown(target, 'gone'))[0]?.[0]).toBe(4n);
  });

  test('leaves the server’s own streams behind', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('$settings', facts(1));
    await source.client.setStreamMetadata('$settings', { owner: 'ops' });
    await source.client.appendToStream('client-1', facts(1));
    expect(await copy(source, target)).toMatchObject({ copied: 1 });
    expect(await shown(target, '$settings')).toBe('not found');
  });

  test('shows the same to every reader, whatever was done to the source', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const size = fc.integer({ min: 1, max: 4 });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), name, size }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('describe' as const), name, size }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), name, size }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('tombstone' as const), name, size: fc.constant(0) }),
      },
    );
    const history = fc.array(step, { minLength: 5, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (steps, half) => {
        const { source, target } = await freshPair();
        for (const [index, { do: what, name, size }] of steps.entries()) {
          if (index === half % steps.length && !steps.slice(0, index).some((one) => one.do === 'delete'))
            await copy(source, target);
          const refused = () => undefined;
          if (what === 'append') await source.client.appendToStream(name, facts(size)).catch(refused);
          if (what === 'describe')
            await source.client.setStreamMetadata(name, { maxCount: size }).catch(refused);
          if (what === 'delete') await source.client.deleteStream(name).catch(refused);
          if (what === 'tombstone' && index % 3 === 0)
            await source.client.tombstoneStream(name).catch(refused);
        }
        const { comparison } = await copy(source, target);
        expect(comparison).toMatchObject({ equal: true, differences: [] });
        for (const stream of ['a', 'b', 'c', 'd']) {
          expect([stream, await shown(target, stream)]).toEqual([stream, await shown(source, stream)]);
        }
        expect(await copy(source, target)).toMatchObject({ copied: 0, comparison: { equal: true } });
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});

describe('a copy that is run again', () => {
  test('adds what came since, and nothing twice', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('client-1', facts(3));
    await copy(source, target);
    expect(await copy(source, target)).toMatchObject({ found: 3, copied: 0 });
    await source.client.appendToStream('client-2', facts(2));
    await source.client.appendToStream('client-1', facts(1, 3));
    expect(await copy(source, target)).toMatchObject({ found: 3, copied: 3, comparison: { equal: true } });
    expect(await logOf(target)).toEqual(await logOf(source));
  });

  test('goes on where it was interrupted', async () => {
    const { source, target } = await freshPair();
    for (let n = 0; n < 300; n++) await source.client.appendToStream(`client-${n % 20}`, facts(1, n));
    const interrupt = new AbortController();
    const onProgress = ({ phase, events }: CopyProgress) => {
      if (phase === 'copying' && events === 120) interrupt.abort(new Error('enough for today'));
    };
    const options = { from: source.url, to: target.url, signal: interrupt.signal, onProgress };
    await expect(copyEventStore(options)).rejects.toThrow('enough for today');
    expect(await logOf(target)).toHaveLength(120);
    expect(await copy(source, target)).toMatchObject({
      found: 120,
      copied: 180,
      comparison: { equal: true },
    });
    expect(await logOf(target)).toEqual(await logOf(source));
  });

  test('goes on where it was killed, however often', async () => {
    const { source, target } = await freshPair();
    const all = Array.from({ length: 2_000 }, (_, n) =>
      source.client.appendToStream(`client-${(n * 7) % 90}`, facts(1 + (n % 2), n)),
    );
    await Promise.all(all);
    await source.client.setStreamMetadata('client-5', { maxCount: 5 });
    await source.client.tombstoneStream('client-6');
    for (const kill of [1, 400, 700]) {
      const process = startNode(`
        const { copyEventStore } = await import(${builtModule('src/event-store/copy/copy-event-store.js')});
        let last = 0;
        const onProgress = ({ phase, events }) => {
          if (phase === 'copying' && events - last >= 100) console.log('copied ' + (last = events));
        };
        await copyEventStore({ from: '${source.url}', to: '${target.url}', onProgress });
      `);
      await process.says(new RegExp(`copied ${Math.ceil(kill / 100) * 100}\\n`));
      await process.kill();
    }
    const report = await copy(source, target);
    expect(report.found).toBeGreaterThan(0);
    expect(report).toMatchObject({ comparison: { equal: true, differences: [] } });
    expect(await logOf(target)).toEqual(await logOf(source));
  });

  test('goes on when a target that died has come back', async () => {
    const source = await freshStore();
    await Promise.all(facts(900).map((fact, n) => source.client.appendToStream(`client-${n % 40}`, fact)));
    const database = await freshDatabase();
    open.push(() => database.drop());
    let node = await startEventStoreNode({ databaseUrl: database.url });
    let dying: Promise<void> | undefined;
    const onProgress = ({ phase, events }: CopyProgress) => {
      if (phase === 'copying' && events > 600) dying ??= node.close();
    };
    const interrupted = copyEventStore({ from: source.url, to: node.url, inFlight: 20, onProgress });
    await expect(interrupted).rejects.toBeInstanceOf(EventStoreUnavailable);
    await dying;
    node = await startEventStoreNode({ databaseUrl: database.url });
    open.push(() => node.close());
    const report = await copyEventStore({ from: source.url, to: node.url });
    expect(report).toMatchObject({ comparison: { equal: true, differences: [] } });
    expect(report.found).toBeGreaterThan(0);
    expect(report.found + report.copied).toBe(900);
  });

  test('needs no second append under way to come to the same', async () => {
    const { source, target } = await freshPair();
    for (let n = 0; n < 40; n++) await source.client.appendToStream(`client-${n % 3}`, facts(1, n));
    const report = await copyEventStore({ from: source.url, to: target.url, inFlight: 1 });
    expect(report).toMatchObject({ copied: 40, comparison: { equal: true } });
    expect(await logOf(target)).toEqual(await logOf(source));
  });
});

describe('a target that is no copy of the source', () => {
  const refused = async (source: Store, target: Store) => {
    const before = await logOf(target);
    const error: unknown = await copy(source, target).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TargetDiverged);
    expect(await logOf(target)).toEqual(before);
    return error as TargetDiverged;
  };

  test('is refused by the name of the stream when that holds something else', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('client-1', facts(2));
    await source.client.appendToStream('client-2', facts(2));
    await target.client.appendToStream('client-2', facts(2));
    const error = await refused(source, target);
    expect(error.stream).toBe('client-2');
    expect(error.message).toMatch(/stream client-2 of the target is not a copy/);
  });

  test('is refused when a copied stream was written to', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('client-1', facts(2));
    await copy(source, target);
    await target.client.appendToStream('client-1', facts(1, 2));
    expect((await refused(source, target)).stream).toBe('client-1');
    expect(await compareEventStores(source.url, target.url)).toMatchObject({
      equal: false,
      differences: [{ stream: 'client-1', source: { events: 2 }, target: { events: 3 } }],
    });
  });

  test('is refused when the streams are the same and their order is not', async () => {
    const { source, target } = await freshPair();
    const [one, two] = [facts(1), facts(1)];
    for (const [stream, events] of [
      ['a', one],
      ['b', two],
    ] as const)
      await source.client.appendToStream(stream, events);
    for (const [stream, events] of [
      ['b', two],
      ['a', one],
    ] as const)
      await target.client.appendToStream(stream, events);
    expect((await refused(source, target)).stream).toBe('b');
    expect(await compareEventStores(source.url, target.url)).toMatchObject({ equal: false, differences: [] });
  });

  test('is refused when other metadata stands beside a stream', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('client-1', facts(1));
    await target.client.setStreamMetadata('client-1', { maxCount: 1 });
    expect((await refused(source, target)).stream).toBe('$$client-1');
  });

  test('is refused when a deletion that it has taken over was undone in the source since', async () => {
    const { source, target } = await freshPair();
    await source.client.appendToStream('client-1', facts(2));
    await source.client.deleteStream('client-1');
    await copy(source, target);
    await source.client.appendToStream('client-1', facts(1, 2));
    expect((await refused(source, target)).stream).toBe('$$client-1');
  });

  test('may hold streams that the source does not have: they are left alone', async () => {
    const { source, target } = await freshPair();
    await target.client.appendToStream('elsewhere', facts(3));
    await target.client.setStreamMetadata('elsewhere', { maxCount: 1 });
    await source.client.appendToStream('client-1', facts(2));
    expect(await copy(source, target)).toMatchObject({
      copied: 2,
      comparison: { equal: true, otherStreams: 1 },
    });
    await target.client.appendToStream('elsewhere', facts(1, 3));
    expect(await copy(source, target)).toMatchObject({ found: 2, copied: 0, comparison: { equal: true } });
    expect((await shown(target, 'elsewhere')).length).toBe(1);
  });
});
