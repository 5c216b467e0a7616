import { BACKWARDS, END, FORWARDS, jsonEvent, START, StreamNotFoundError } from '@eventstore/db-client';
import {
  collect,
  contractStore,
  counted,
  freshStream,
  numberOf,
  range,
  type ContractStore,
} from './contract.js';

let store: ContractStore;
const stream = freshStream('reading');
beforeAll(async () => {
  store = await contractStore();
  await store.client.appendToStream(stream, counted(10));
});
afterAll(() => store.close());

const read = async (options: Parameters<typeof store.client.readStream>[1]) =>
  (await collect(store.client.readStream(stream, options))).map(numberOf);

describe('reading a stream', () => {
  test('goes forwards from the start, a revision (inclusive) or the end', async () => {
    expect(await read({ fromRevision: START })).toEqual(range(10));
    expect(await read({ fromRevision: 7n })).toEqual([7, 8, 9]);
    expect(await read({ fromRevision: 3n, maxCount: 2 })).toEqual([3, 4]);
    expect(await read({ fromRevision: 99n })).toEqual([]);
  });

  test('goes backwards from the end, a revision (inclusive) or the start', async () => {
    expect(await read({ direction: BACKWARDS, fromRevision: END })).toEqual(range(10).reverse());
    expect(await read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })).toEqual([9]);
    expect(await read({ direction: BACKWARDS, fromRevision: 2n })).toEqual([2, 1, 0]);
    expect(await read({ direction: BACKWARDS, fromRevision: START })).toEqual([0]);
  });

  test('says that a stream is not there', async () => {
    const name = freshStream();
    const missing = await collect(store.client.readStream(name)).catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(StreamNotFoundError);
    expect(missing).toMatchObject({ streamName: name });
  });

  test('takes streams and events of any size', async () => {
    const long = freshStream('long');
    for (const first of [0, 2_000, 4_000]) await store.client.appendToStream(long, counted(2_000, first));
    expect((await collect(store.client.readStream(long))).map(numberOf)).toEqual(range(6_000));
    const wide = freshStream('wide');
    const texts = range(6).map((n) => String(n).repeat(1_000_000));
    for (const text of texts)
      await store.client.appendToStream(wide, jsonEvent({ type: 'wide', data: { text } }));
    const events = await collect(store.client.readStream(wide));
    expect(events.map(({ event }) => (event?.data as { text: string }).text)).toEqual(texts);
  });
});

describe('reading $all', () => {
  test('goes forwards from a position, which is included', async () => {
    const [, , third] = await collect(store.client.readStream(stream));
    const fromPosition = third?.event?.position ?? START;
    const events = await collect(store.client.readAll({ fromPosition, maxCount: 4 }));
    expect(events.map(numberOf)).toEqual([2, 3, 4, 5]);
    expect(events.map((event) => event.commitPosition)).toEqual(
      events.map(({ event }) => event?.position.commit),
    );
  });

  test('goes backwards from a position, which is not included', async () => {
    const [, , third] = await collect(store.client.readStream(stream));
    const fromPosition = third?.event?.position ?? START;
    const events = await collect(store.client.readAll({ fromPosition, maxCount: 2, direction: BACKWARDS }));
    expect(events.map(numberOf)).toEqual([1, 0]);
  });

  test('has the events of all streams in the order of their commits', async () => {
    const [a, b] = [freshStream(), freshStream()];
    const first = await store.client.appendToStream(a, counted(1, 100));
    await store.client.appendToStream(b, counted(2, 101));
    await store.client.appendToStream(a, counted(1, 103));
    const events = await collect(store.client.readAll({ fromPosition: first.position ?? START }));
    const ours = events.filter(({ event }) => event?.streamId === a || event?.streamId === b);
    expect(ours.map(numberOf)).toEqual([100, 101, 102, 103]);
    const last = await collect(
      store.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }),
    );
    expect(last[0]?.event?.position.commit).toBeGreaterThanOrEqual(ours[3]?.event?.position.commit ?? 0n);
  });

  test('grows without gaps or doubles while others append', async () => {
    const busy = range(4).map(() => freshStream('busy'));
    const start = await store.client.appendToStream(freshStream(), counted(1));
    await Promise.all(
      busy.map((name) => Promise.all(range(25).map((n) => store.client.appendToStream(name, counted(4, n))))),
    );
    const positions = (
      await collect(store.client.readAll({ fromPosition: start.position ?? START, direction: FORWARDS }))
    ).map(({ event }) => event?.position.commit ?? 0n);
    expect(positions.length).toBeGreaterThanOrEqual(401);
    expect(positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? 0n))).toBe(
      true,
    );
  });

  test('has system events in a log that nobody has written to', async () => {
    const [first] = await collect(store.client.readAll({ maxCount: 1 }));
    expect(first?.event?.type).toMatch(/^\$/);
  });
});

describe('a client that leaks reads', () => {
  test('is stopped at a hundred open reads, and goes on when they are cancelled', async () => {
    const client = store.connect();
    const reads = range(100).map(() => client.readAll({ maxCount: 1_000_000 }, { highWaterMark: 1 }));
    const subscriptions = range(100).map(() => client.subscribeToStream(stream));
    let confirmed = 0;
    for (const subscription of subscriptions) subscription.on('confirmation', () => confirmed++);
    await Promise.all(reads.map((reading) => reading.cancel()));
    await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()));
    expect((await collect(client.readStream(stream, { maxCount: 1 }))).map(numberOf)).toEqual([0]);
    expect(confirmed).toBeLessThanOrEqual(100);
  });
});
