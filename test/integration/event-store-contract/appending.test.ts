import {
  ANY,
  binaryEvent,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
  type AppendExpectedRevision,
} from '@eventstore/db-client';
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
beforeAll(async () => {
  store = await contractStore();
});
afterAll(() => store.close());

const append = (stream: string, count: number, expectedRevision: AppendExpectedRevision = ANY, first = 0) =>
  store.client.appendToStream(stream, counted(count, first), { expectedRevision });
const numbers = async (stream: string) => (await collect(store.client.readStream(stream))).map(numberOf);

describe('appending', () => {
  test('numbers a stream from zero and answers with the position of the last event', async () => {
    const stream = freshStream();
    const first = await append(stream, 2);
    const second = await append(stream, 1);
    expect(first.success && first.nextExpectedRevision).toBe(1n);
    expect(second.nextExpectedRevision).toBe(2n);
    const read = await collect(store.client.readStream(stream));
    expect(read.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n]);
    expect(read[1]?.event?.position).toEqual(first.position);
    expect(read[2]?.event?.position).toEqual(second.position);
    expect(second.position?.commit).toBeGreaterThan(first.position?.commit ?? 0n);
  });

  test('keeps id, type, data, metadata and content type of an event', async () => {
    const stream = freshStream('naïve ümlaut 💡');
    const json = jsonEvent({ type: 'opened', data: { who: 'Ada – ✓' }, metadata: { by: 'test' } });
    const binary = binaryEvent({
      type: 'raw',
      data: Uint8Array.of(0, 1, 255),
      metadata: Uint8Array.of(9, 0),
    });
    const before = Date.now();
    await store.client.appendToStream(stream, [json, binary]);
    const [first, second] = (await collect(store.client.readStream(stream))).map(({ event }) => event);
    expect(first).toMatchObject({ streamId: stream, id: json.id, type: 'opened', isJson: true });
    expect(first).toMatchObject({ data: { who: 'Ada – ✓' }, metadata: { by: 'test' } });
    expect(second).toMatchObject({ id: binary.id, type: 'raw', isJson: false });
    expect(Buffer.from(second?.data as Uint8Array)).toEqual(Buffer.of(0, 1, 255));
    expect(Buffer.from(second?.metadata as Uint8Array)).toEqual(Buffer.of(9, 0));
    expect(Math.abs((first?.created.getTime() ?? 0) - before)).toBeLessThan(10_000);
  });

  test('takes no_stream only for a stream without events', async () => {
    const stream = freshStream();
    await append(stream, 1, NO_STREAM);
    const conflict = await append(stream, 1, NO_STREAM, 1).catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(WrongExpectedVersionError);
    expect(conflict).toMatchObject({ streamName: stream, expectedVersion: NO_STREAM, actualVersion: 0n });
  });

  test('takes a number only when it is the current revision', async () => {
    const stream = freshStream();
    await append(stream, 3);
    await append(stream, 1, 2n, 3);
    await expect(append(stream, 1, 2n, 9)).rejects.toMatchObject({ expectedVersion: 2n, actualVersion: 3n });
    await expect(append(stream, 1, 7n, 9)).rejects.toMatchObject({ expectedVersion: 7n, actualVersion: 3n });
    await expect(append(freshStream(), 1, 0n)).rejects.toMatchObject({ actualVersion: NO_STREAM });
    expect(await numbers(stream)).toEqual([0, 1, 2, 3]);
  });

  test('takes stream_exists only for a stream with events', async () => {
    const stream = freshStream();
    await expect(append(stream, 1, STREAM_EXISTS)).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await append(stream, 1);
    await append(stream, 1, STREAM_EXISTS, 1);
    expect(await numbers(stream)).toEqual([0, 1]);
  });

  test('answers a retry with the same ids and expected revision as it did the first time', async () => {
    const stream = freshStream();
    await append(stream, 2);
    const events = counted(2, 2);
    const first = await store.client.appendToStream(stream, events, { expectedRevision: 1n });
    await append(stream, 1, ANY, 4);
    const retry = await store.client.appendToStream(stream, events, { expectedRevision: 1n });
    expect(retry.nextExpectedRevision).toBe(first.nextExpectedRevision);
    const opening = counted(1);
    const another = freshStream();
    await store.client.appendToStream(another, opening, { expectedRevision: NO_STREAM });
    await store.client.appendToStream(another, opening, { expectedRevision: NO_STREAM });
    expect(await numbers(stream)).toEqual([0, 1, 2, 3, 4]);
    expect(await numbers(another)).toEqual([0]);
  });

  test('recognises a retry without an expected revision by the ids', async () => {
    const stream = freshStream();
    const events = counted(2);
    await store.client.appendToStream(stream, events);
    await store.client.appendToStream(stream, events);
    expect(await numbers(stream)).toEqual([0, 1]);
  });

  test('refuses a batch of which only a part is there already', async () => {
    const stream = freshStream();
    const events = counted(3);
    await store.client.appendToStream(stream, events.slice(0, 2), { expectedRevision: NO_STREAM });
    const longer = store.client.appendToStream(stream, events, { expectedRevision: NO_STREAM });
    await expect(longer).rejects.toBeInstanceOf(WrongExpectedVersionError);
    expect(await numbers(stream)).toEqual([0, 1]);
  });

  test('writes a batch wholly or not at all', async () => {
    const stream = freshStream();
    const big = jsonEvent({ type: 'big', data: { text: 'x'.repeat(600_000) } });
    const other = jsonEvent({ type: 'big', data: { text: 'y'.repeat(600_000) } });
    const refusal = await store.client
      .appendToStream(stream, [...counted(5), big, other])
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(refusal).toMatchObject({ maxAppendSize: 1_048_576 });
    await store.client.appendToStream(stream, [...counted(1), big], { expectedRevision: NO_STREAM });
    expect(await collect(store.client.readStream(stream))).toHaveLength(2);
  });

  test('takes a batch that the client sends in many parts', async () => {
    const stream = freshStream();
    await store.client.appendToStream(stream, counted(1_000), { batchAppendSize: 5_000 });
    expect(await numbers(stream)).toEqual(range(1_000));
  });

  test('speaks the older append call too, with the same answers', async () => {
    const stream = freshStream();
    const credentials = { username: 'admin', password: 'changeit' };
    const appendOld = (expectedRevision: AppendExpectedRevision, events = counted(1)) =>
      store.client.appendToStream(stream, events, { expectedRevision, credentials });
    expect(await appendOld(NO_STREAM)).toMatchObject({ success: true, nextExpectedRevision: 0n });
    await expect(appendOld(NO_STREAM)).rejects.toMatchObject({
      expectedVersion: NO_STREAM,
      actualVersion: 0n,
    });
    const big = [jsonEvent({ type: 'big', data: 'x'.repeat(1_100_000) })];
    await expect(appendOld(ANY, big as never)).rejects.toBeInstanceOf(MaxAppendSizeExceededError);
  });

  test('lets exactly one of many concurrent writers have each revision', async () => {
    const stream = freshStream('contended');
    const write = async (writer: number) => {
      let wins = 0;
      for (let revision = -1n; revision < 19n;) {
        const expectedRevision = revision < 0n ? NO_STREAM : revision;
        try {
          await store.client.appendToStream(stream, counted(1, writer), { expectedRevision });
          wins++;
          revision++;
        } catch (error) {
          const { actualVersion } = error as WrongExpectedVersionError;
          if (typeof actualVersion !== 'bigint') throw error;
          revision = actualVersion;
        }
      }
      return wins;
    };
    const wins = await Promise.all(range(16).map(write));
    const events = await collect(store.client.readStream(stream));
    expect(events.map(({ event }) => event?.revision)).toEqual(range(events.length).map(BigInt));
    expect(wins.reduce((sum, count) => sum + count)).toBe(events.length);
    expect(wins).toEqual(
      range(16).map((writer) => events.filter((event) => numberOf(event) === writer).length),
    );
  });

  test('keeps hundreds of appends in flight apart', async () => {
    const streams = range(300).map(() => freshStream('flight'));
    const results = await Promise.all(streams.map((stream, index) => append(stream, 3, NO_STREAM, index)));
    expect(new Set(results.map(({ position }) => position?.commit)).size).toBe(300);
    expect(await numbers(streams[123] as string)).toEqual([123, 124, 125]);
  });
});
