import { once } from 'node:events';
import {
  END,
  persistentSubscriptionToAllSettingsFromDefaults,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionDroppedError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { waitUntil } from '../../support/wait-until.js';
import { contractStore, counted, freshStream, range, type ContractStore } from './contract.js';
import { ack, consume, create, GROUP } from './groups.js';

let store: ContractStore;
beforeAll(async () => {
  store = await contractStore();
});
afterAll(() => store.close());

const append = (stream: string, count: number, first = 0) =>
  store.client.appendToStream(stream, counted(count, first));
const info = (stream: string) => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP);

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
    await create(store.client, stream, { maxSubscriberCount: 1 });
    await once(consume(store.client, stream, ack).subscription, 'confirmation');
    const [error] = (await once(consume(store.client, stream, ack).subscription, 'error')) as [unknown];
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

  test('begins with the first event there ever was when it is told to begin at the start', async () => {
    const stream = freshStream();
    await append(stream, 3);
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START });
    const filter = streamNameFilter({ prefixes: [stream] });
    await store.client.createPersistentSubscriptionToAll(stream, settings, { filter });
    const subscription = store.client.subscribeToPersistentSubscriptionToAll(stream);
    const seen: string[] = [];
    subscription.on('error', () => undefined);
    subscription.on('data', (resolved) => {
      seen.push(String(resolved.event?.revision));
      void subscription.ack(resolved);
    });
    await waitUntil('what was there before arrived', () => seen.length === 3);
    await append(stream, 1, 3);
    await waitUntil('what came after arrived', () => seen.length === 4);
    expect(seen).toEqual(['0', '1', '2', '3']);
    await store.client.deletePersistentSubscriptionToAll(stream);
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
    const { seen } = consume(store.client, stream, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    await waitUntil('they are counted', async () => (await info(stream)).stats.totalItems === 2n);
    const told = await info(stream);
    expect(told).toMatchObject({ eventSource: stream, groupName: GROUP, settings });
    expect(told.stats.lastKnownEventRevision).toBe(1n);
    expect(told.connections).toHaveLength(1);
    expect(told.connections[0]).toMatchObject({ totalItems: 2n, availableSlots: 10 });
  });

  test('knows of no event before one is read, wherever the group begins', async () => {
    const stream = freshStream();
    await create(store.client, stream, { startFrom: 123n });
    expect((await info(stream)).stats.lastKnownEventRevision).toBeUndefined();
    await append(stream, 125);
    await waitUntil(
      'the last is known',
      async () => (await info(stream)).stats.lastKnownEventRevision === 124n,
    );
  });

  test('tells how long consumers take to answer, if the group is to measure it', async () => {
    const [measured, unmeasured] = [freshStream(), freshStream()];
    for (const stream of [measured, unmeasured]) {
      await append(stream, 3);
      await create(store.client, stream, { extraStatistics: stream === measured });
      consume(store.client, stream, ack);
      await waitUntil('all were answered', async () => (await info(stream)).stats.totalItems === 3n);
    }
    const times = async (stream: string) => (await info(stream)).connections[0]?.extraStatistics;
    await waitUntil('they are measured', async () => (await times(measured)) !== undefined);
    for (const key of ['mean', 'fastest', 'quintile 3', '99.9%', 'highest'] as const) {
      expect((await times(measured))?.get(key)).toBeGreaterThanOrEqual(0n);
    }
    expect(await times(unmeasured)).toBeUndefined();
  });

  test('lists groups, all or those of a stream', async () => {
    const stream = freshStream();
    await create(store.client, stream);
    const ofStream = await store.client.listPersistentSubscriptionsToStream(stream);
    expect(ofStream.map(({ groupName }) => groupName)).toEqual([GROUP]);
    const all = await store.client.listAllPersistentSubscriptions();
    expect(all.map(({ eventSource }) => eventSource)).toContain(stream);
  });

  test('refuses a second group of the same name, and knows none that was not made', async () => {
    const stream = freshStream();
    await create(store.client, stream);
    await expect(create(store.client, stream)).rejects.toBeInstanceOf(PersistentSubscriptionExistsError);
    const missing = freshStream();
    const unknown = expect.objectContaining({ streamName: missing, groupName: GROUP });
    await expect(info(missing)).rejects.toEqual(unknown);
    await expect(info(missing)).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults();
    const update = store.client.updatePersistentSubscriptionToStream(missing, GROUP, settings);
    await expect(update).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const removal = store.client.deletePersistentSubscriptionToStream(missing, GROUP);
    await expect(removal).rejects.toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    const [error] = (await once(consume(store.client, missing, ack).subscription, 'error')) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionDoesNotExistError);
    await expect(store.client.listPersistentSubscriptionsToStream(missing)).rejects.toBeInstanceOf(
      PersistentSubscriptionDoesNotExistError,
    );
  });

  test('changes settings, and drops the consumers for it', async () => {
    const stream = freshStream();
    await create(store.client, stream);
    const { subscription } = consume(store.client, stream, ack);
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
    await create(store.client, stream, { checkPointLowerBound: 1, checkPointUpperBound: 1 });
    const { subscription, seen } = consume(store.client, stream, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    const dropped = once(subscription, 'error');
    await store.client.deletePersistentSubscriptionToStream(stream, GROUP);
    const [error] = (await dropped) as [unknown];
    expect(error).toBeInstanceOf(PersistentSubscriptionDroppedError);
    await create(store.client, stream);
    const again = consume(store.client, stream, ack);
    await waitUntil('both arrived again', () => again.seen.length === 2);
  });
});
