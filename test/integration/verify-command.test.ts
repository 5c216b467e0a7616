import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { crc32 } from 'node:zlib';
import pg from 'pg';
import { runVerify } from '../../src/cli/verify.command.js';
import { clientStream } from '../../src/client/client.events.js';
import { readEventLog } from '../../src/embedded/event-log/read-event-log.js';
import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { jarEvents, type JarEvent } from '../support/jars/jar.events.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';

const [ada, grace, nobody] = [1, 2, 3].map((n) => `6f1c2d2e-1111-4222-8333-00000000000${n}`) as [
  string,
  string,
  string,
];
const who = { id: 'tester', role: 'staff' };

describe('verify', () => {
  let database: FreshDatabase;
  let node: Awaited<ReturnType<typeof startEventStoreNode>>;

  /** Two clients of five facts each; what a fact says is all one to a hash chain. */
  beforeAll(async () => {
    database = await freshDatabase();
    node = await startEventStoreNode({ databaseUrl: database.url });
    const store = new EventStore(node.url);
    const codec = new Codec<JarEvent>(jarEvents);
    for (const client of [ada, grace]) {
      const events = Array.from({ length: 5 }, (_none, n): JarEvent => {
        const data = { colour: 'blue', count: n };
        return { type: 'MarblesAdded', data, occurredAt: '2024-01-01T00:00:00.000Z' };
      });
      const ids = { commandId: client, correlationId: client, causationId: client, fingerprint: '' };
      const stored = codec.encode(
        clientStream(client),
        events,
        { ...ids, actor: who, source: 'api' },
        { revision: -1, hash: undefined },
      );
      await store.append(clientStream(client), stored, -1);
    }
    await store.close();
  });
  afterAll(async () => {
    await node.close();
    await database.drop();
  });

  async function verify(client?: string): Promise<{ code: number; said: string }> {
    const out = new PassThrough({ encoding: 'utf8' });
    const signal = new AbortController().signal;
    const code = await runVerify({ runtime: { eventStoreUrl: node.url } as never, signal }, client, out);
    return { code, said: String(out.read()) };
  }

  it('says that nothing was changed, of every stream and of one', async () => {
    expect(await verify()).toEqual({
      code: 0,
      said: expect.stringMatching(/10 events in 2 streams.*\n.*nothing/),
    });
    expect(await verify(ada)).toEqual({
      code: 0,
      said: expect.stringMatching(/5 events in 1 stream .*\n.*nothing/),
    });
  });

  it('says so when there is no such client', async () => {
    expect(await verify(nobody)).toEqual({ code: 1, said: `There is no client ${nobody}.\n` });
  });

  it('names the first break after a byte was altered behind the store’s back, checksum and all', async () => {
    await alter(ada, 3);
    const broken = {
      code: 1,
      said: expect.stringContaining(`BROKEN at client-${ada}@3: it is not what was recorded`),
    };
    expect(await verify(ada)).toEqual(broken);
    expect(await verify()).toEqual(broken);
    expect(await verify(grace)).toMatchObject({ code: 0 });
  });

  it('says so when the event store itself finds a record that is not what was written', async () => {
    await onLog(`UPDATE event_log SET data = data || ' ' WHERE stream = $1 AND revision = 4`, [
      clientStream(grace),
    ]);
    expect(await verify(grace)).toEqual({
      code: 1,
      said: expect.stringMatching(/BROKEN: the event store cannot give .*record at position 11 is not what/),
    });
  });

  /** As someone would who knows how the log is kept, but not that streams are chained. */
  async function alter(client: string, revision: number): Promise<void> {
    for await (const page of readEventLog(database.url)) {
      const record = page.find((one) => one.stream === clientStream(client) && one.revision === revision);
      if (!record) continue;
      record.data[record.data.indexOf('3')] = '7'.charCodeAt(0);
      const checksum = crc32(record.tuple.subarray(2, -8)) | 0;
      await onLog('UPDATE event_log SET data = $1, checksum = $2 WHERE position = $3', [
        record.data,
        checksum,
        record.position,
      ]);
    }
  }

  async function onLog(statement: string, values: unknown[]): Promise<void> {
    const log = new pg.Client({ connectionString: database.url });
    await log.connect();
    await log.query(statement, values).finally(() => log.end());
  }
});
