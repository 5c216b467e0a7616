import {
  EventStoreDBClient,
  NO_STREAM,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import pg from 'pg';
import {
  startEventStoreNode,
  type EventStoreNode,
} from '../../../src/embedded/event-store-node/event-store-node.js';
import { verifyLog } from '../../../src/embedded/event-store-node/log/log-check.js';
import { freshDatabase, type FreshDatabase } from '../../support/servers.js';
import { waitUntil } from '../../support/wait-until.js';
import { collect, counted, numberOf, range } from '../event-store-contract/contract.js';

let database: FreshDatabase;
const nodes: EventStoreNode[] = [];
const clients: EventStoreDBClient[] = [];
const lines: string[] = [];

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  for (const node of nodes.splice(0)) await node.close();
  await database.drop();
});

async function start(options: { port?: number; now?: () => Date } = {}): Promise<EventStoreNode> {
  const log = (line: string) => void lines.push(line);
  const node = await startEventStoreNode({ databaseUrl: database.url, log, ...options });
  nodes.push(node);
  return node;
}

async function stop(node: EventStoreNode): Promise<void> {
  nodes.splice(nodes.indexOf(node), 1);
  await node.close();
}

function connect(node: EventStoreNode): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(node.url);
  clients.push(client);
  return client;
}

async function sql<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client
    .query<Row>(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** Cuts every connection of the node to PostgreSQL, as a crash of the server would. */
const cutConnections = () =>
  sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'event store %' AND datname = current_database()`);

describe('a node that is stopped and started again', () => {
  test('on the same port has everything, goes on numbering and still knows a retry', async () => {
    const first = await start();
    const events = counted(3);
    const answer = await connect(first).appendToStream('orders', events, { expectedRevision: NO_STREAM });
    await connect(first).setStreamMetadata('orders', { maxCount: 10 });
    await stop(first);
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
    const client = connect(second);
    expect((await collect(client.readStream('orders'))).map(numberOf)).toEqual([0, 1, 2]);
    const retry = await client.appendToStream('orders', events, { expectedRevision: NO_STREAM });
    expect(retry).toEqual(answer);
    await client.appendToStream('orders', events);
    expect(await client.appendToStream('orders', counted(1), { expectedRevision: 2n })).toMatchObject({
      nextExpectedRevision: 3n,
    });
    expect((await client.getStreamMetadata('orders')).metadata).toEqual({ maxCount: 10 });
    expect(await verifyLog(database.url)).toEqual({ records: 6 });
  });

  test('has its persistent subscriptions, and how far they were', async () => {
    const first = await start();
    await connect(first).appendToStream('orders', counted(5));
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
    await connect(first).createPersistentSubscriptionToStream('orders', 'readers', settings);
    const consume = (node: EventStoreNode, handled: number) => {
      const seen: number[] = [];
      const subscription = connect(node).subscribeToPersistentSubscriptionToStream('orders', 'readers');
      subscription.on('error', () => undefined);
      subscription.on('data', (event) => {
        seen.push(numberOf(event));
        if (seen.length < handled) void subscription.ack(event);
        if (seen.length === handled) void subscription.nack('park', 'later', event);
      });
      return seen;
    };
    const info = (node: EventStoreNode) =>
      connect(node).getPersistentSubscriptionToStreamInfo('orders', 'readers');
    consume(first, 3);
    await waitUntil('one is parked', async () => (await info(first)).stats.parkedMessageCount === 1n);
    await stop(first);
    const second = await start();
    expect((await info(second)).stats).toMatchObject({
      parkedMessageCount: 1n,
      lastCheckpointedEventRevision: 2n,
    });
    const seen = consume(second, 99);
    await waitUntil('the rest came', () => seen.length === 2);
    await connect(second).replayParkedMessagesToStream('orders', 'readers');
    await waitUntil('the parked one came', () => seen.length === 3);
    expect(seen).toEqual([3, 4, 2]);
  });

  test('finishes the appends that are under way', async () => {
    const node = await start();
    const client = connect(node);
    await client.appendToStream('flight', counted(1));
    const appends = range(200).map(async (n) => {
      await client.appendToStream(`flight-${n % 7}`, counted(1, n));
      return n;
    });
    await stop(node);
    const acknowledged = (await Promise.allSettled(appends)).flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    const events = await collect(connect(await start()).readAll({ fromPosition: START }));
    const kept = events.filter(({ event }) => event?.streamId.startsWith('flight-')).map(numberOf);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(kept).size).toBe(kept.length);
  });
});

describe('a second node on the same log', () => {
  test('is refused, and let in when the first has gone', async () => {
    const first = await start();
    await expect(start()).rejects.toThrow('another event store node has this log open');
    await stop(first);
    await start();
  });
});

describe('when PostgreSQL goes away', () => {
  test('nothing acknowledged is lost, nothing is there twice, and the node comes back by itself', async () => {
    const node = await start();
    const acknowledged: number[] = [];
    let stopped = false;
    // Credentials select the unary call. The library's batch call loses an append that it begins while its connection
    // fails: the promise never settles.
    const credentials = { username: 'admin', password: 'changeit' };
    const write = async (writer: number) => {
      const client = connect(node);
      for (let n = writer; !stopped; n += 8) {
        const event = counted(1, n);
        const attempt = () =>
          client.appendToStream(`writer-${writer}`, event, { credentials }).catch(() => undefined);
        while (!stopped && !(await attempt()));
        if (!stopped) acknowledged.push(n);
      }
    };
    const writing = range(8).map(write);
    for (const round of range(4)) {
      const before = acknowledged.length;
      await waitUntil(`writes of round ${round} came through`, () => acknowledged.length > before + 40);
      await cutConnections();
    }
    const before = acknowledged.length;
    await waitUntil('it came back', () => acknowledged.length > before + 40, 20_000);
    stopped = true;
    await Promise.all(writing);
    const all = await collect(connect(node).readAll());
    const kept = all.filter(({ event }) => event?.streamId.startsWith('writer-')).map(numberOf);
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(kept).size).toBe(kept.length);
    await verifyLog(database.url);
  }, 60_000);

  test('a live subscription goes on where it was', async () => {
    const node = await start();
    const client = connect(node);
    const seen: number[] = [];
    let caughtUp = false;
    const subscription = client.subscribeToStream<never>('orders');
    subscription.on('data', (resolved) => void seen.push(numberOf(resolved)));
    subscription.on('caughtUp', () => (caughtUp = true));
    await waitUntil('it caught up', () => caughtUp);
    await client.appendToStream('orders', counted(1));
    await waitUntil('the first came', () => seen.length === 1);
    await cutConnections();
    const later = connect(node);
    await waitUntil('an append succeeds', () =>
      later.appendToStream('orders', counted(1, 1), { expectedRevision: 0n }).catch(() => undefined),
    );
    await waitUntil('the second came', () => seen.length === 2);
    expect(seen).toEqual([0, 1]);
    await subscription.unsubscribe();
  });

  test('an append that cannot be finished is answered by its deadline', async () => {
    const client = connect(await start());
    await client.appendToStream('orders', counted(1));
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE event_log IN EXCLUSIVE MODE');
    const late = client.appendToStream('orders', counted(1, 1), { deadline: 200 });
    const queued = client.appendToStream('orders', counted(1, 2), { deadline: 200 });
    await expect(late).rejects.toMatchObject({ type: 'deadline-exceeded' });
    await expect(queued).rejects.toMatchObject({ type: 'deadline-exceeded' });
    await blocker.end();
    await client.appendToStream('orders', counted(1, 3));
    // What was under way may have been written; what had not begun has not.
    expect((await collect(client.readStream('orders'))).map(numberOf)).toEqual([0, 1, 3]);
  });
});

describe('a damaged log', () => {
  const fill = async () => {
    const node = await start();
    const client = connect(node);
    for (const n of range(40)) await client.appendToStream('orders', counted(100, n * 100));
    await stop(node);
  };

  test.each([
    [
      'altered data',
      `UPDATE event_log SET data = '{"n":7}' WHERE position = 4000`,
      /record at position 4000/,
    ],
    [
      'an altered stream',
      `UPDATE event_log SET stream = 'other' WHERE position = 3990`,
      /record at position 3990/,
    ],
    ['a missing record', 'DELETE FROM event_log WHERE position = 77', /no record at position 77/],
    ['a missing beginning', 'DELETE FROM event_log WHERE position < 3', /no record at position 1/],
  ])('is refused: %s', async (_, damage, place) => {
    await fill();
    await sql(damage);
    await expect(start()).rejects.toThrow(place);
    await expect(verifyLog(database.url)).rejects.toThrow(place);
  });

  test('that a start did not see is not served from, and found by a full verification', async () => {
    await fill();
    // Between the places that a start looks at.
    await sql(`UPDATE event_log SET data = '{"n":7}' WHERE position = 1240`);
    const client = connect(await start());
    await expect(collect(client.readAll())).rejects.toThrow(/DATA_LOSS.*record at position 1240/);
    await expect(verifyLog(database.url)).rejects.toThrow(/record at position 1240/);
  });
});

describe('the clock of the node', () => {
  test('stamps events and decides what is too old to show', async () => {
    let time = new Date('2026-03-01T10:00:00.000Z');
    const client = connect(await start({ now: () => time }));
    await client.appendToStream('orders', counted(1));
    time = new Date('2026-03-01T11:00:00.000Z');
    await client.appendToStream('orders', counted(1, 1));
    await client.setStreamMetadata('orders', { maxAge: 1_800 });
    const [event, ...rest] = await collect(client.readStream('orders'));
    expect(event?.event?.created).toEqual(time);
    expect(rest).toEqual([]);
  });
});
