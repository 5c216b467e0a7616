import { once } from 'node:events';
import {
  binaryEvent,
  END,
  persistentSubscriptionToAllSettingsFromDefaults,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
  type PersistentAction,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamSettings,
} from '@eventstore/db-client';
import { waitUntil } from '../../support/wait-until.js';
import { contractStore, counted, freshStream, numberOf, range, type ContractStore } from './contract.js';

let store: ContractStore;
const open: { unsubscribe(): Promise<void> }[] = [];
beforeAll(async () => {
  store = await contractStore();
});
afterEach(async () => {
  for (const subscription of open.splice(0)) await subscription.unsubscribe();
});
afterAll(() => store.close());

type Resolved = Parameters<PersistentSubscriptionToStream['ack']>[0];
type Handle = (event: Resolved, subscription: PersistentSubscriptionToStream) => Promise<unknown>;

const GROUP = 'readers';
const append = (stream: string, count: number, first = 0) =>
  store.client.appendToStream(stream, counted(count, first));
const create = (stream: string, changes: Partial<PersistentSubscriptionToStreamSettings> = {}) =>
  store.client.createPersistentSubscriptionToStream(
    stream,
    GROUP,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes }),
  );
const ack: Handle = (event, subscription) => subscription.ack(event);
const nack =
  (action: PersistentAction): Handle =>
  (event, subscription) =>
    subscription.nack(action, 'because', event);
const info = (stream: string) => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP);

/** Joins the group, and notes what it is given before it handles it. */
function consume(stream: string, handle: Handle, options?: { bufferSize?: number }) {
  const subscription = store.client.subscribeToPersistentSubscriptionToStream(stream, GROUP, options);
  open.push(subscription);
  const seen: number[] = [];
  const retries: number[] = [];
  subscription.on('data', (event: Resolved) => {
    seen.push(numberOf(event));
    retries.push((event as { retryCount?: number }).retryCount ?? 0);
    void handle(event, subscription);
  });
  subscription.on('error', () => undefined);
  return { subscription, seen, retries };
}

describe('a persistent subscription to a stream', () => {
  test('delivers what is there and what comes, each event once', async () => {
    const stream = freshStream();
    await append(stream, 30);
    await create(stream);
    const { subscription, seen } = consume(stream, ack);
    await once(subscription, 'confirmation');
    await waitUntil('the first arrived', () => seen.length === 30);
    await append(stream, 5, 30);
    await waitUntil('all arrived', () => seen.length === 35);
    expect(seen).toEqual(range(35));
  });

  test('begins where it was told to', async () => {
    const [middle, end] = [freshStream(), freshStream()];
    for (const stream of [middle, end]) await append(stream, 4);
    await create(middle, { startFrom: 2n });
    await create(end, { startFrom: END });
    await append(end, 1, 4);
    const [fromMiddle, fromEnd] = [consume(middle, ack), consume(end, ack)];
    await waitUntil('they arrived', () => fromMiddle.seen.length === 2 && fromEnd.seen.length === 1);
    expect([fromMiddle.seen, fromEnd.seen]).toEqual([[2, 3], [4]]);
  });

  test('sends a consumer no more than it has room for', async () => {
    const stream = freshStream();
    await append(stream, 20);
    await create(stream);
    const held: Resolved[] = [];
    const { subscription, seen } = consume(stream, (event) => Promise.resolve(held.push(event)), {
      bufferSize: 3,
    });
    await waitUntil('its room is used', () => seen.length === 3);
    expect((await info(stream)).stats.totalInFlightMessages).toBe(3);
    await subscription.ack(...held.splice(0, 2));
    await waitUntil('two more came', () => seen.length === 5);
    expect(seen).toEqual(range(5));
  });

  test('delivers again what was not answered in time, and what a consumer left behind', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await create(stream, { messageTimeout: 200 });
    const silent = consume(stream, () => Promise.resolve());
    await waitUntil('it came again', () => silent.seen.length >= 2);
    expect(silent.retries.slice(0, 2)).toEqual([0, 1]);
    await silent.subscription.unsubscribe();
    const { seen } = consume(stream, ack);
    await waitUntil('another got it', () => seen.length === 1);
  });

  test('delivers again what was refused with retry, and parks it when that was too often', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await create(stream, { maxRetryCount: 2 });
    const { seen, retries } = consume(stream, nack('retry'));
    await waitUntil('it was parked', async () => (await info(stream)).stats.parkedMessageCount === 1n);
    expect([seen, retries]).toEqual([
      [0, 0, 0],
      [0, 1, 2],
    ]);
  });

  test('does not deliver again what was skipped', async () => {
    const stream = freshStream();
    await append(stream, 3);
    await create(stream);
    const { seen } = consume(stream, nack('skip'));
    await waitUntil(
      'all were skipped',
      async () => (await info(stream)).stats.totalInFlightMessages === 0 && seen.length === 3,
    );
    expect((await info(stream)).stats.parkedMessageCount).toBe(0n);
  });

  test('keeps parked events until they are replayed', async () => {
    const stream = freshStream();
    await append(stream, 4);
    await create(stream);
    const first = consume(stream, (event, subscription) =>
      (numberOf(event) % 2 ? nack('park') : ack)(event, subscription),
    );
    await waitUntil('two are parked', async () => (await info(stream)).stats.parkedMessageCount === 2n);
    await first.subscription.unsubscribe();
    const { seen } = consume(stream, ack);
    await store.client.replayParkedMessagesToStream(stream, GROUP, { stopAt: 1 });
    await waitUntil('one is replayed', () => seen.length === 1);
    await store.client.replayParkedMessagesToStream(stream, GROUP);
    await waitUntil('the other is replayed', () => seen.length === 2);
    expect(seen).toEqual([1, 3]);
    expect((await info(stream)).stats.parkedMessageCount).toBe(0n);
  });

  test('resolves links, and passes over those that point nowhere', async () => {
    const [target, links] = [freshStream('target'), freshStream('links')];
    await append(target, 2, 7);
    const linkTo = (place: string) => binaryEvent({ type: '$>', data: Buffer.from(`${place}@${target}`) });
    await store.client.appendToStream(links, [linkTo('1'), linkTo('5'), linkTo('0')]);
    await create(links, { resolveLinkTos: true });
    const { seen } = consume(links, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    expect(seen).toEqual([8, 7]);
  });

  test('goes on behind its checkpoint when the subsystem is restarted', async () => {
    const stream = freshStream();
    await append(stream, 10);
    await create(stream, { checkPointLowerBound: 1, checkPointUpperBound: 1, checkPointAfter: 1 });
    const before = consume(stream, ack);
    await waitUntil(
      'all are handled and kept',
      async () => (await info(stream)).stats.lastCheckpointedEventRevision === 9n,
    );
    await before.subscription.unsubscribe();
    await store.client.restartPersistentSubscriptionSubsystem();
    await append(stream, 2, 10);
    const after = consume(stream, ack);
    await waitUntil('the new ones arrived', () => after.seen.length === 2);
    expect(after.seen).toEqual([10, 11]);
  });
});

describe('several consumers of a group', () => {
  const shares = async (strategy: 'RoundRobin' | 'DispatchToSingle' | 'Pinned', streams: number) => {
    const stream = freshStream(strategy);
    const names = range(streams).map((n) => `${stream}-${n}`);
    await store.client.createPersistentSubscriptionToAll(
      stream,
      persistentSubscriptionToAllSettingsFromDefaults({ startFrom: END, consumerStrategyName: strategy }),
      { filter: streamNameFilter({ prefixes: [stream] }) },
    );
    const got = range(3).map(() => [] as string[]);
    for (const share of got) {
      const subscription = store.client.subscribeToPersistentSubscriptionToAll(stream, { bufferSize: 100 });
      open.push(subscription);
      subscription.on('data', (event) => {
        share.push(event.event?.streamId ?? '');
        void subscription.ack(event);
      });
      await once(subscription, 'confirmation');
    }
    for (const round of range(6)) for (const name of names) await append(name, 1, round);
    await waitUntil('all arrived', () => got.flat().length === streams * 6);
    return got;
  };

  test('get the events by turns', async () => {
    expect((await shares('RoundRobin', 2)).map((share) => share.length)).toEqual([4, 4, 4]);
  });

  test('or one of them as long as it has room', async () => {
    expect((await shares('DispatchToSingle', 2)).map((share) => share.length)).toEqual([12, 0, 0]);
  });

  test('or each stream always the same one', async () => {
    const got = await shares('Pinned', 12);
    const streams = got.map((share) => new Set(share));
    expect(streams.reduce((sum, set) => sum + set.size, 0)).toBe(12);
    expect(streams.every((set) => set.size > 0)).toBe(true);
  });

  test('are at most as many as the group allows', async () => {
    const stream = freshStream();
    await create(stream, { maxSubscriberCount: 1 });
    await once(consume(stream, ack).subscription, 'confirmation');
    const [error] = (await once(consume(stream, ack).subscription, 'error')) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionMaximumSubscribersReachedError);
  });
});

describe('a persistent subscription to $all', () => {
  test('has the events of all streams, and none of the bookkeeping of groups', async () => {
    const group = freshStream('group');
    const streams = [freshStream('a'), freshStream('b')];
    const settings = persistentSubscriptionToAllSettingsFromDefaults({
      startFrom: END,
      checkPointLowerBound: 1,
      checkPointUpperBound: 1,
    });
    await store.client.createPersistentSubscriptionToAll(group, settings);
    const seen: [string, string][] = [];
    const subscription = store.client.subscribeToPersistentSubscriptionToAll(group);
    open.push(subscription);
    subscription.on('error', () => undefined);
    subscription.on('data', (resolved) => {
      seen.push([resolved.event?.streamId ?? '', resolved.event?.type ?? '']);
      void subscription.ack(resolved);
    });
    for (const round of range(5)) for (const stream of streams) await append(stream, 1, round);
    const ours = () => seen.filter(([stream]) => streams.includes(stream));
    await waitUntil('all arrived', () => ours().length === 10);
    expect(ours().map(([stream]) => stream)).toEqual(range(10).map((n) => streams[n % 2]));
    await waitUntil('a checkpoint is kept', async () => {
      const { stats } = await store.client.getPersistentSubscriptionToAllInfo(group);
      return stats.lastCheckpointedEventPosition;
    });
    expect(seen.filter(([stream]) => stream.includes('-checkpoint'))).toEqual([]);
    await store.client.deletePersistentSubscriptionToAll(group);
  });
});

describe('the administration of groups', () => {
  test('tells what a group is and does', async () => {
    const stream = freshStream();
    await append(stream, 2);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: START,
      maxRetryCount: 3,
      messageTimeout: 1_234,
      consumerStrategyName: 'Pinned',
    });
    await store.client.createPersistentSubscriptionToStream(stream, GROUP, settings);
    const { seen } = consume(stream, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    await waitUntil('they are counted', async () => (await info(stream)).stats.totalItems === 2n);
    const told = await info(stream);
    expect(told).toMatchObject({ eventSource: stream, groupName: GROUP, settings });
    expect(told.stats.lastKnownEventRevision).toBe(1n);
    expect(told.connections).toHaveLength(1);
    expect(told.connections[0]).toMatchObject({ totalItems: 2n, availableSlots: 10 });
  });

  test('lists groups, all or those of a stream', async () => {
    const stream = freshStream();
    await create(stream);
    const ofStream = await store.client.listPersistentSubscriptionsToStream(stream);
    expect(ofStream.map(({ groupName }) => groupName)).toEqual([GROUP]);
    const all = await store.client.listAllPersistentSubscriptions();
    expect(all.map(({ eventSource }) => eventSource)).toContain(stream);
  });

  test('refuses a second group of the same name, and knows none that was not made', async () => {
    const stream = freshStream();
    await create(stream);
    await expect(create(stream)).rejects.toBeInstanceOf(PersistentSubscriptionExistsError);
    const missing = freshStream();
    const unknown = expect.objectContaining({ streamName: missing, groupName: GROUP });
    await expect(info(missing)).rejects.toEqual(unknown);
    await expect(info(missing)).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults();
    const update = store.client.updatePersistentSubscriptionToStream(missing, GROUP, settings);
    await expect(update).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const removal = store.client.deletePersistentSubscriptionToStream(missing, GROUP);
    await expect(removal).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const [error] = (await once(consume(missing, ack).subscription, 'error')) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    await expect(store.client.listPersistentSubscriptionsToStream(missing)).rejects.toBeInstanceOf(
      PersistentSubscriptionDoesNotExistError,
    );
  });

  test('changes settings, and drops the consumers for it', async () => {
    const stream = freshStream();
    await create(stream);
    const { subscription } = consume(stream, ack);
    await once(subscription, 'confirmation');
    const dropped = once(subscription, 'error');
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: START,
      maxRetryCount: 77,
    });
    await store.client.updatePersistentSubscriptionToStream(stream, GROUP, settings);
    const [error] = (await dropped) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionDroppedError);
    expect((await info(stream)).settings.maxRetryCount).toBe(77);
  });

  test('deletes a group, which may be made anew and begins anew', async () => {
    const stream = freshStream();
    await append(stream, 2);
    await create(stream, { checkPointLowerBound: 1, checkPointUpperBound: 1 });
    const { subscription, seen } = consume(stream, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    const dropped = once(subscription, 'error');
    await store.client.deletePersistentSubscriptionToStream(stream, GROUP);
    const [error] = (await dropped) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionDroppedError);
    await create(stream);
    const again = consume(stream, ack);
    await waitUntil('both arrived again', () => again.seen.length === 2);
  });
});
