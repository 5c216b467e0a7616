import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreDBClient, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import pg from 'pg';
import { freshDatabase } from '../../support/servers.js';
import { freshEventStore, type FreshEventStore } from '../../support/event-store.js';
import { builtModule, startNode } from '../../support/node-process.js';
import { waitUntil } from '../../support/wait-until.js';
import { collect, counted, numberOf } from '../event-store-contract/contract.js';

let store: FreshEventStore;
let client: EventStoreDBClient;
beforeAll(async () => {
  store = await freshEventStore();
  client = EventStoreDBClient.connectionString(store.url);
});
afterAll(async () => {
  await client.dispose();
  await store.close();
});

const origin = () => store.url.replace('esdb:', 'http:').replace('?tls=false', '');

describe('what the node does not implement', () => {
  test('it refuses as unimplemented', async () => {
    await expect(client.getProjectionStatus('any')).rejects.toMatchObject({ code: 12 });
  });

  test('and so a method that does not exist', async () => {
    const session = connectHttp2(origin());
    const request = session.request({ ':method': 'POST', ':path': '/no.such.Service/Method' });
    const trailers = new Promise<unknown>((resolve) => {
      request.on('trailers', (headers) => resolve(headers['grpc-status']));
    });
    request.resume().end();
    expect(await trailers).toBe('12');
    session.close();
  });
});

describe('requests that make no sense', () => {
  test.each([
    ['a stream name that no index takes', 'x'.repeat(3_000)],
    ['a stream name with a NUL', 'a\0b'],
  ])('are refused and spoil nothing: %s', async (_, stream) => {
    const credentials = { username: 'admin', password: 'changeit' };
    await expect(client.appendToStream(stream, counted(1), { credentials })).rejects.toMatchObject({
      code: 3,
    });
    await client.appendToStream('fine', counted(1));
  });

  test('a filter that is no regular expression is refused', async () => {
    const subscription = client.subscribeToAll({ filter: streamNameFilter({ regex: '(' }) });
    const error = await new Promise((resolve) => subscription.once('error', resolve));
    expect(error).toMatchObject({ code: 3 });
  });

  test('a message larger than the limit ends its call, not the connection', async () => {
    const session = connectHttp2(origin());
    const path = '/event_store.client.streams.Streams/Append';
    const request = session.request({ ':method': 'POST', ':path': path });
    const status = new Promise<unknown>((resolve) => {
      request.on('trailers', (headers) => resolve(headers['grpc-status']));
    });
    const prefix = Buffer.from([0, 0x7f, 0, 0, 0]);
    request.resume().write(prefix);
    expect(await status).toBe('8');
    request.close(constants.NGHTTP2_CANCEL);
    expect(session.closed).toBe(false);
    session.close();
  });
});

describe('finding the node', () => {
  test('by discovery gives the node itself', async () => {
    const { host } = new URL(origin());
    const discovering = EventStoreDBClient.connectionString(`esdb+discover://${host}?tls=false`);
    await discovering.appendToStream('discovered', counted(1));
    expect((await collect(discovering.readStream('discovered'))).map(numberOf)).toEqual([0]);
    await discovering.dispose();
  });
});

describe('one connection', () => {
  test('serves thousands of calls, among them hundreds that are cancelled', async () => {
    await client.appendToStream('busy', counted(200));
    const cancelled = async () => {
      const read = client.readAll();
      await once(read, 'data');
      await read.cancel();
    };
    const missing = () => collect(client.readStream('missing')).catch((error: unknown) => error);
    const limited = () => collect(client.readStream('busy', { maxCount: 1 }));
    const refused = () =>
      client.tombstoneStream('busy', { expectedRevision: 7n }).catch((error: unknown) => error);
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 40 }, () => Promise.all([missing(), limited(), refused()])));
      await Promise.all(Array.from({ length: 25 }, cancelled));
    }
    expect(await missing()).toMatchObject({ type: 'stream-not-found' });
    expect((await limited()).map(numberOf)).toEqual([0]);
  });
});

describe('a client that goes away', () => {
  test('half way through an append has written nothing', async () => {
    const session = connectHttp2(origin());
    const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from('half'));
    const options = new streams.AppendReq.Options()
      .setStreamIdentifier(identifier)
      .setAny(new shared.Empty());
    const message = Buffer.from(new streams.AppendReq().setOptions(options).serializeBinary());
    const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
    const request = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/Append',
    });
    request.on('error', () => undefined);
    await new Promise((resolve) => request.write(frame, resolve));
    request.close(constants.NGHTTP2_CANCEL);
    await client.appendToStream('whole', jsonEvent({ type: 'counted', data: { n: 1 } }));
    await expect(collect(client.readStream('half'))).rejects.toMatchObject({ type: 'stream-not-found' });
    session.close();
  });
});

describe('a node in a thread of its own', () => {
  const launch = builtModule('src/embedded/event-store-node/launch-event-store-node.js');

  test('serves, passes its log lines on, and says when it cannot start or dies', async () => {
    const database = await freshDatabase();
    const node = startNode(`
      const { launchEventStoreNode } = await import(${launch});
      const databaseUrl = ${JSON.stringify(database.url)};
      const node = await launchEventStoreNode({ databaseUrl, log: (line) => console.log('log: ' + line) });
      console.log('url: ' + node.url);
      await launchEventStoreNode({ databaseUrl }).catch((error) => console.log('refused: ' + error.message));
      process.on('SIGTERM', () => node.close().then(() => console.log('closed')));
      node.failed.catch((error) => console.log('failed: ' + error.message));
    `);
    const [, url] = await node.says(/url: (.+)/);
    const threaded = EventStoreDBClient.connectionString(url ?? '');
    await threaded.appendToStream('orders', counted(3));
    expect((await collect(threaded.readStream('orders'))).map(numberOf)).toEqual([0, 1, 2]);
    await node.says(/refused: another event store node has this log open/);
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'event store writer'
                         AND datname = current_database()`);
    await node.says(/log: the event log failed, reconnecting/);
    await node.says(/log: the event log is open again at position \d+/);
    await admin.end();
    await threaded.dispose();
    node.child.kill('SIGTERM');
    await node.says(/closed/);
    expect(await node.ended).toMatchObject({ code: 0 });
    expect(node.output()).not.toContain('failed:');
    await waitUntil('the database can be dropped', () => database.drop().then(() => true));
  });
});
