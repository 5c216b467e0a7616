import {
  BACKWARDS,
  binaryEvent,
  END,
  NO_STREAM,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { collect, contractStore, counted, freshStream, numberOf, type ContractStore } from './contract.js';

let store: ContractStore;
beforeAll(async () => {
  store = await contractStore();
});
afterAll(() => store.close());

const append = (stream: string, count: number, first = 0) =>
  store.client.appendToStream(stream, counted(count, first));
const numbers = async (stream: string, options?: Parameters<typeof store.client.readStream>[1]) =>
  (await collect(store.client.readStream(stream, options))).map(numberOf);

describe('stream metadata', () => {
  test('is kept and given back, access lists and own properties too', async () => {
    const stream = freshStream();
    const metadata = {
      maxCount: 20,
      maxAge: 3_600,
      cacheControl: 60,
      acl: { readRoles: ['auditor'], writeRoles: ['app', 'ops'] },
      owner: 'finance',
    };
    await store.client.setStreamMetadata(stream, metadata);
    expect((await store.client.getStreamMetadata(stream)).metadata).toEqual(metadata);
    expect((await store.client.getStreamMetadata(freshStream())).metadata).toBeUndefined();
  });

  test('obeys expected revisions, and its stream shows the last event only', async () => {
    const stream = freshStream();
    await store.client.setStreamMetadata(stream, { maxCount: 1 }, { expectedRevision: NO_STREAM });
    const again = store.client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: NO_STREAM });
    await expect(again).rejects.toBeInstanceOf(WrongExpectedVersionError);
    await store.client.setStreamMetadata(stream, { maxCount: 3 }, { expectedRevision: 0n });
    const events = await collect(store.client.readStream(`$$${stream}`));
    expect(events.map(({ event }) => [event?.revision, event?.type, event?.data])).toEqual([
      [1n, '$metadata', { $maxCount: 3 }],
    ]);
  });

  test('maxCount shows the last events of the stream, both ways, and moves on with it', async () => {
    const stream = freshStream();
    await append(stream, 5);
    await store.client.setStreamMetadata(stream, { maxCount: 2 });
    expect(await numbers(stream)).toEqual([3, 4]);
    expect(await numbers(stream, { direction: BACKWARDS, fromRevision: END })).toEqual([4, 3]);
    await append(stream, 1, 5);
    expect(await numbers(stream)).toEqual([4, 5]);
    expect(await numbers(stream, { fromRevision: 0n, maxCount: 1 })).toEqual([4]);
  });

  test('truncateBefore shows what begins at a revision', async () => {
    const stream = freshStream();
    await append(stream, 5);
    await store.client.setStreamMetadata(stream, { truncateBefore: 3 });
    expect(await numbers(stream)).toEqual([3, 4]);
    await store.client.setStreamMetadata(stream, { truncateBefore: 9 });
    expect(await numbers(stream)).toEqual([]);
    await store.client.setStreamMetadata(stream, {});
    expect(await numbers(stream)).toEqual([0, 1, 2, 3, 4]);
  });

  test('maxAge hides what is older', async () => {
    const stream = freshStream();
    await append(stream, 2);
    await store.client.setStreamMetadata(stream, { maxAge: 3_600 });
    expect(await numbers(stream)).toEqual([0, 1]);
  });

  test('changes nothing of what $all holds', async () => {
    const stream = freshStream();
    const { position } = await append(stream, 1);
    await append(stream, 2, 1);
    await store.client.setStreamMetadata(stream, { maxCount: 1 });
    const all = await collect(store.client.readAll({ fromPosition: position ?? 'start' }));
    expect(all.filter(({ event }) => event?.streamId === stream).map(numberOf)).toEqual([0, 1, 2]);
  });
});

describe('deleting a stream', () => {
  test('hides its events; a later append goes on numbering', async () => {
    const stream = freshStream();
    await append(stream, 3);
    const { position } = await store.client.deleteStream(stream, { expectedRevision: 2n });
    expect(typeof position?.commit).toBe('bigint');
    await expect(numbers(stream)).rejects.toBeInstanceOf(StreamNotFoundError);
    const { nextExpectedRevision } = await store.client.appendToStream(stream, counted(2, 3), {
      expectedRevision: NO_STREAM,
    });
    expect(nextExpectedRevision).toBe(4n);
    const events = await collect(store.client.readStream(stream));
    expect(events.map(({ event }) => event?.revision)).toEqual([3n, 4n]);
  });

  test('is refused with a wrong expected revision', async () => {
    const stream = freshStream();
    await append(stream, 1);
    const refused = await store.client
      .deleteStream(stream, { expectedRevision: 5n })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WrongExpectedVersionError);
    expect(await numbers(stream)).toEqual([0]);
  });

  test('of a soft-deleted stream, its metadata may be set, which shows it again from the next event on', async () => {
    const stream = freshStream();
    await append(stream, 2);
    await store.client.deleteStream(stream);
    await store.client.setStreamMetadata(stream, { owner: 'ops' });
    await append(stream, 1, 2);
    expect(await numbers(stream)).toEqual([2]);
    expect((await store.client.getStreamMetadata(stream)).metadata).toMatchObject({ owner: 'ops' });
  });
});

describe('a tombstone', () => {
  test('ends a stream for good', async () => {
    const stream = freshStream();
    await append(stream, 2);
    await store.client.tombstoneStream(stream, { expectedRevision: 1n });
    await expect(numbers(stream)).rejects.toBeInstanceOf(StreamDeletedError);
    for (const expectedRevision of ['any', NO_STREAM, 1n] as const) {
      const refused = store.client.appendToStream(stream, counted(1), { expectedRevision });
      await expect(refused).rejects.toMatchObject({ type: 'stream-deleted', streamName: stream });
    }
    const credentials = { username: 'admin', password: 'changeit' };
    await expect(store.client.appendToStream(stream, counted(1), { credentials })).rejects.toBeInstanceOf(
      StreamDeletedError,
    );
    await expect(store.client.tombstoneStream(stream)).rejects.toBeInstanceOf(StreamDeletedError);
    await expect(store.client.deleteStream(stream)).rejects.toBeInstanceOf(StreamDeletedError);
  });

  test('may be set before the stream has an event, and shows in $all as what it is', async () => {
    const stream = freshStream();
    const { position } = await store.client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    await expect(append(stream, 1)).rejects.toBeInstanceOf(StreamDeletedError);
    const [tombstone] = await collect(
      store.client.readAll({ fromPosition: position ?? 'start', maxCount: 1 }),
    );
    expect(tombstone?.event).toMatchObject({ streamId: stream, type: '$streamDeleted' });
  });

  test('is refused with a wrong expected revision', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await expect(store.client.tombstoneStream(stream, { expectedRevision: 3n })).rejects.toBeInstanceOf(
      WrongExpectedVersionError,
    );
  });
});

describe('link events', () => {
  const linkTo = (text: string) => binaryEvent({ type: '$>', data: Buffer.from(text) });

  test('are resolved when asked, and show what is left when their event is gone', async () => {
    const [target, links] = [freshStream('target'), freshStream('links')];
    await append(target, 2, 7);
    await store.client.appendToStream(links, [linkTo(`1@${target}`), linkTo(`9@${target}`)]);
    const resolved = await collect(store.client.readStream(links, { resolveLinkTos: true }));
    expect(resolved.map(({ event, link: by }) => [event?.streamId, event?.revision, by?.revision])).toEqual([
      [target, 1n, 0n],
      [undefined, undefined, 1n],
    ]);
    const plain = await collect(store.client.readStream(links));
    expect(plain.map(({ event, link: by }) => [event?.type, by])).toEqual([
      ['$>', undefined],
      ['$>', undefined],
    ]);
  });
});
