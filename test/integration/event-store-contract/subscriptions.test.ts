import { once } from 'node:events';
import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  START,
  streamNameFilter,
  StreamDeletedError,
  type AllStreamSubscription,
  type Position,
  type ResolvedEvent,
  type StreamSubscription,
} from '@eventstore/db-client';
import { waitUntil } from '../../support/wait-until.js';
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
let from: Position;
const open: { unsubscribe(): Promise<void> }[] = [];
beforeAll(async () => {
  store = await contractStore();
});
beforeEach(async () => {
  from = (await store.client.appendToStream(freshStream('marker'), counted(1))).position as Position;
});
afterEach(async () => {
  for (const subscription of open.splice(0)) await subscription.unsubscribe();
});
afterAll(() => store.close());

/** Notes the numbers of the events and the turning points, in their order. */
function note(
  subscription: StreamSubscription | AllStreamSubscription,
  streams?: string[],
): (number | string)[] {
  open.push(subscription);
  const seen: (number | string)[] = [];
  subscription.on('confirmation', () => seen.push('confirmation'));
  subscription.on('caughtUp', () => seen.push('caught up'));
  subscription.on('fellBehind', () => seen.push('fell behind'));
  const take = (resolved: ResolvedEvent) => {
    if (!streams || streams.includes(resolved.event?.streamId ?? '')) seen.push(numberOf(resolved));
  };
  (subscription as AllStreamSubscription).on('data', take);
  return seen;
}

const numbers = (seen: (number | string)[]) => seen.filter((item) => typeof item === 'number');
const append = (stream: string, count: number, first = 0) =>
  store.client.appendToStream(stream, counted(count, first));

describe('a subscription to a stream', () => {
  test('is confirmed, sends what is there, says that it caught up, and goes on live', async () => {
    const stream = freshStream();
    await append(stream, 3);
    const seen = note(store.client.subscribeToStream(stream));
    await waitUntil('it caught up', () => seen.includes('caught up'));
    await append(stream, 2, 3);
    await waitUntil('all arrived', () => numbers(seen).length === 5);
    expect(seen).toEqual(['confirmation', 0, 1, 2, 'caught up', 3, 4]);
  });

  test('begins behind the revision it names, or behind the end', async () => {
    const stream = freshStream();
    await append(stream, 4);
    const later = note(store.client.subscribeToStream(stream, { fromRevision: 1n }));
    const live = note(store.client.subscribeToStream(stream, { fromRevision: END }));
    await waitUntil('both caught up', () => later.includes('caught up') && live.includes('caught up'));
    await append(stream, 1, 4);
    await waitUntil(
      'both have the new event',
      () => numbers(later).length === 3 && numbers(live).length === 1,
    );
    expect([numbers(later), numbers(live)]).toEqual([[2, 3, 4], [4]]);
  });

  test('waits for a stream that is not there yet', async () => {
    const stream = freshStream();
    const seen = note(store.client.subscribeToStream(stream));
    await waitUntil('it caught up', () => seen.includes('caught up'));
    await append(stream, 1);
    await waitUntil('the event arrived', () => numbers(seen).length === 1);
  });

  test('is refused for a tombstoned stream', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await store.client.tombstoneStream(stream);
    const subscription = store.client.subscribeToStream(stream);
    const [error] = (await once(subscription, 'error')) as [unknown];
    expect(error).toBeInstanceOf(StreamDeletedError);
  });
});

describe('a subscription to $all', () => {
  test('begins behind the position it names', async () => {
    const stream = freshStream();
    await append(stream, 2);
    const seen = note(store.client.subscribeToAll({ fromPosition: from }), [stream]);
    await waitUntil('it caught up', () => seen.includes('caught up'));
    await append(stream, 1, 2);
    await waitUntil('all arrived', () => numbers(seen).length === 3);
    expect(seen).toEqual(['confirmation', 0, 1, 'caught up', 2]);
  });

  test('sends nothing of before when it begins at the end', async () => {
    const stream = freshStream();
    await append(stream, 1);
    const seen = note(store.client.subscribeToAll({ fromPosition: END }), [stream]);
    await waitUntil('it caught up', () => seen.includes('caught up'));
    await append(stream, 1, 1);
    await waitUntil('the event arrived', () => numbers(seen).length === 1);
    expect(numbers(seen)).toEqual([1]);
  });

  test('joined at any moment has every event once and in order', async () => {
    const streams = range(4).map(() => freshStream('joined'));
    const subscriptions: (number | string)[][] = [];
    const writing = streams.map(async (stream, index) => {
      for (const round of range(30)) await append(stream, 5, index * 1_000 + round * 5);
    });
    const joining = range(10).map(async (turn) => {
      await append(freshStream('turn'), 1);
      for (let i = 0; i < turn * 3; i++) await store.client.appendToStream(freshStream('turn'), counted(1));
      subscriptions.push(note(store.client.subscribeToAll({ fromPosition: from }), streams));
    });
    await Promise.all([...writing, ...joining]);
    await waitUntil('all have all', () => subscriptions.every((seen) => numbers(seen).length >= 600));
    const log = (await collect(store.client.readAll({ fromPosition: from })))
      .filter(({ event }) => streams.includes(event?.streamId ?? ''))
      .map(numberOf);
    expect(log).toHaveLength(600);
    for (const seen of subscriptions) expect(numbers(seen)).toEqual(log);
  });

  test('serves a slow consumer from the log without losing an event', async () => {
    const stream = freshStream('slow');
    const text = 'x'.repeat(10_000);
    const subscription = store.client.subscribeToAll({ fromPosition: END }, { highWaterMark: 1 });
    open.push(subscription);
    await once(subscription, 'caughtUp');
    const bulk = range(4_000).map((n) => jsonEvent({ type: 'bulk', data: { n, text } }));
    // 40 MB: more than the connection and the node keep for it.
    for (let at = 0; at < bulk.length; at += 100)
      await store.client.appendToStream(stream, bulk.slice(at, at + 100));
    const seen: number[] = [];
    for await (const resolved of subscription) {
      if (resolved.event?.streamId === stream) seen.push(numberOf(resolved));
      if (seen.length === bulk.length) break;
    }
    expect(seen).toEqual(range(bulk.length));
  });
});

describe('a filtered subscription to $all', () => {
  test.each([
    ['stream prefixes', (a: string, b: string) => streamNameFilter({ prefixes: [a, b] }), [0, 1, 2, 3]],
    ['a stream regex', (a: string) => streamNameFilter({ regex: `^${a}$` }), [0, 2]],
    ['type prefixes', () => eventTypeFilter({ prefixes: ['coun'] }), [0, 1, 2, 3, 4]],
    ['a type regex', () => eventTypeFilter({ regex: '^c.*d$' }), [0, 1, 2, 3, 4]],
    ['the exclusion of system events', () => excludeSystemEvents(), [0, 1, 2, 3, 4]],
  ])('by %s lets through what matches, then and later', async (_, filterFor, expected) => {
    const [a, b, c] = [freshStream('a'), freshStream('b'), freshStream('c')];
    await append(a, 1, 0);
    await append(b, 1, 1);
    const filter = filterFor(a, b);
    const seen = note(store.client.subscribeToAll({ fromPosition: from, filter }), [a, b, c]);
    await waitUntil('it caught up', () => seen.includes('caught up'));
    await append(a, 1, 2);
    await append(b, 1, 3);
    await append(c, 1, 4);
    await waitUntil('what matches arrived', () => numbers(seen).length >= expected.length);
    expect(numbers(seen)).toEqual(expected);
  });

  test('says how far it looked, also where nothing matches', async () => {
    const checkpoints: bigint[] = [];
    const filter = streamNameFilter({
      prefixes: ['no-such-stream'],
      maxSearchWindow: 10,
      checkpointInterval: 2,
      checkpointReached: (_, position) => {
        checkpoints.push(position.commit);
      },
    });
    const seen = note(store.client.subscribeToAll({ fromPosition: from, filter }));
    await waitUntil('it caught up', () => seen.includes('caught up'));
    const { position } = await append(freshStream(), 100);
    await waitUntil('checkpoints came', () => checkpoints.length >= 5);
    expect([...checkpoints].sort((x, y) => Number(x - y))).toEqual(checkpoints);
    expect(checkpoints.every((checkpoint) => checkpoint > from.commit)).toBe(true);
    expect(checkpoints.at(-1)).toBeLessThanOrEqual(position?.commit ?? 0n);
  });

  test('shows the position of the start as START does', async () => {
    const stream = freshStream('begin');
    await append(stream, 1);
    const filter = streamNameFilter({ prefixes: [stream] });
    const seen = note(store.client.subscribeToAll({ fromPosition: START, filter }));
    await waitUntil('it caught up', () => seen.includes('caught up'));
    expect(numbers(seen)).toEqual([0]);
  });
});
