import { once } from 'node:events';
import { binaryEvent, END } from '@eventstore/db-client';
import { waitUntil } from '../../support/wait-until.js';
import { contractStore, counted, freshStream, numberOf, range, type ContractStore } from './contract.js';
import { ack, consume, create, GROUP, nack, type Resolved } from './groups.js';

let store: ContractStore;
beforeAll(async () => {
  store = await contractStore();
});
afterAll(() => store.close());

const append = (stream: string, count: number, first = 0) =>
  store.client.appendToStream(stream, counted(count, first));
const info = (stream: string) => store.client.getPersistentSubscriptionToStreamInfo(stream, GROUP);

describe('a persistent subscription to a stream', () => {
  test('delivers what is there and what comes, each event once', async () => {
    const stream = freshStream();
    await append(stream, 30);
    await create(store.client, stream);
    const { subscription, seen } = consume(store.client, stream, ack);
    await once(subscription, 'confirmation');
    await waitUntil('the first arrived', () => seen.length === 30);
    await append(stream, 5, 30);
    await waitUntil('all arrived', () => seen.length === 35);
    expect(seen).toEqual(range(35));
  });

  test('begins where it was told to', async () => {
    const [middle, end] = [freshStream(), freshStream()];
    for (const stream of [middle, end]) await append(stream, 4);
    await create(store.client, middle, { startFrom: 2n });
    await create(store.client, end, { startFrom: END });
    await append(end, 1, 4);
    const [fromMiddle, fromEnd] = [consume(store.client, middle, ack), consume(store.client, end, ack)];
    await waitUntil('they arrived', () => fromMiddle.seen.length === 2 && fromEnd.seen.length === 1);
    expect([fromMiddle.seen, fromEnd.seen]).toEqual([[2, 3], [4]]);
  });

  test('sends a consumer no more than it has room for', async () => {
    const stream = freshStream();
    await append(stream, 20);
    await create(store.client, stream);
    const held: Resolved[] = [];
    const { subscription, seen } = consume(
      store.client,
      stream,
      (event) => Promise.resolve(held.push(event)),
      {
        bufferSize: 3,
      },
    );
    await waitUntil('its room is used', () => seen.length === 3);
    expect((await info(stream)).stats.totalInFlightMessages).toBe(3);
    await subscription.ack(...held.splice(0, 2));
    await waitUntil('two more came', () => seen.length === 5);
    expect(seen).toEqual(range(5));
  });

  test('delivers again what was not answered in time, and what a consumer left behind', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await create(store.client, stream, { messageTimeout: 200 });
    const silent = consume(store.client, stream, () => Promise.resolve());
    await waitUntil('it came again', () => silent.seen.length >= 2);
    expect(silent.retries.slice(0, 2)).toEqual([0, 1]);
    await silent.subscription.unsubscribe();
    const { seen } = consume(store.client, stream, ack);
    await waitUntil('another got it', () => seen.length === 1);
  });

  test('delivers again what was refused with retry, and parks it when that was too often', async () => {
    const stream = freshStream();
    await append(stream, 1);
    await create(store.client, stream, { maxRetryCount: 2 });
    const { seen, retries } = consume(store.client, stream, nack('retry'));
    await waitUntil('it was parked', async () => (await info(stream)).stats.parkedMessageCount === 1n);
    expect([seen, retries]).toEqual([
      [0, 0, 0],
      [0, 1, 2],
    ]);
  });

  test('does not deliver again what was skipped', async () => {
    const stream = freshStream();
    await append(stream, 3);
    await create(store.client, stream);
    const { seen } = consume(store.client, stream, nack('skip'));
    await waitUntil(
      'all were skipped',
      async () => (await info(stream)).stats.totalInFlightMessages === 0 && seen.length === 3,
    );
    expect((await info(stream)).stats.parkedMessageCount).toBe(0n);
  });

  test('keeps parked events until they are replayed', async () => {
    const stream = freshStream();
    await append(stream, 4);
    await create(store.client, stream);
    const first = consume(store.client, stream, (event, subscription) =>
      (numberOf(event) % 2 ? nack('park') : ack)(event, subscription),
    );
    await waitUntil('two are parked', async () => (await info(stream)).stats.parkedMessageCount === 2n);
    await first.subscription.unsubscribe();
    const { seen } = consume(store.client, stream, ack);
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
    await create(store.client, links, { resolveLinkTos: true });
    const { seen } = consume(store.client, links, ack);
    await waitUntil('both arrived', () => seen.length === 2);
    expect(seen).toEqual([8, 7]);
  });

  test('goes on behind its checkpoint when the subsystem is restarted', async () => {
    const stream = freshStream();
    await append(stream, 10);
    await create(store.client, stream, {
      checkPointLowerBound: 1,
      checkPointUpperBound: 1,
      checkPointAfter: 1,
    });
    const before = consume(store.client, stream, ack);
    await waitUntil(
      'all are handled and kept',
      async () => (await info(stream)).stats.lastCheckpointedEventRevision === 9n,
    );
    await before.subscription.unsubscribe();
    await store.client.restartPersistentSubscriptionSubsystem();
    await append(stream, 2, 10);
    const after = consume(store.client, stream, ack);
    await waitUntil('the new ones arrived', () => after.seen.length === 2);
    expect(after.seen).toEqual([10, 11]);
  });
});
