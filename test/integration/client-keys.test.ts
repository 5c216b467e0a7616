import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { v4 as uuidv4 } from 'uuid';
import { runKeysRotate, runKeysStatus, runKeysVerify } from '../../src/cli/keys.command.js';
import type { Session } from '../../src/cli/session.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { MasterKeys, UnknownMasterKey } from '../../src/privacy/master-keys.js';
import { clientKeysIn, type FreshKeys } from '../support/client-keys.js';
import { freshEventStore } from '../support/event-store.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

let database: FreshDatabase;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const opened: FreshKeys[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  directory = await temporaryDirectory();
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await Promise.all([database.drop(), directory.remove()]);
});

/** Keys as a process of its own would have them. */
async function keysWith(masters: MasterKeys): Promise<ClientKeys> {
  const one = await clientKeysIn(database.url, undefined, masters);
  opened.push(one);
  return one.keys;
}

async function keyOf(keys: ClientKeys, clientId: string) {
  await keys.fetch([clientId]);
  return keys.peek(clientId);
}

function session(keys: ClientKeys, masters: MasterKeys): Session {
  const app = { get: (type: unknown) => (type === MasterKeys ? masters : keys) };
  return { app, signal: new AbortController().signal } as unknown as Session;
}

describe('the key of a client', () => {
  const master = MasterKeys.given(randomBytes(32));

  it('is made once, whoever asks first, and is the same for all', async () => {
    const [here, there] = [await keysWith(master), await keysWith(master)];
    const clientId = uuidv4();
    await Promise.all([here.provide(clientId), there.provide(clientId), here.provide(clientId)]);
    expect(await keyOf(here, clientId)).toEqual(await keyOf(there, clientId));
    expect(await keyOf(here, clientId)).toHaveLength(32);
  });

  it('is fetched with those of others in one query', async () => {
    const keys = await keysWith(master);
    const clients = Array.from({ length: 1_500 }, () => uuidv4());
    await Promise.all(clients.map((clientId) => keys.provide(clientId)));
    const later = await keysWith(master);
    await later.fetch(clients);
    expect(clients.every((clientId) => Buffer.isBuffer(later.peek(clientId)))).toBe(true);
  });

  it('that was destroyed is told from one that never was', async () => {
    const keys = await keysWith(master);
    const [forgotten, stranger] = [uuidv4(), uuidv4()];
    await keys.provide(forgotten);
    await keys.destroy([forgotten]);
    expect(await keyOf(await keysWith(master), forgotten)).toBeNull();
    expect(await keyOf(keys, stranger)).toBe('missing');
    await keys.provide(forgotten);
    expect(keys.peek(forgotten)).toBeNull();
    expect(await keys.unrecordedErasures(10)).toContain(forgotten);
    await keys.erasureRecorded(forgotten);
    expect(await keys.unrecordedErasures(10)).not.toContain(forgotten);
  });

  it('that another process makes is seen by one that has just looked in vain', async () => {
    const [here, there] = [await keysWith(master), await keysWith(master)];
    const clientId = uuidv4();
    expect(await keyOf(there, clientId)).toBe('missing');
    await here.provide(clientId);
    expect(await keyOf(there, clientId)).toEqual(here.peek(clientId));
  });

  it('stays destroyed for who was looking it up meanwhile', async () => {
    const keys = await keysWith(master);
    const clients = Array.from({ length: 50 }, () => uuidv4());
    await Promise.all(clients.map((clientId) => keys.provide(clientId)));
    const later = await keysWith(master);
    await Promise.all([later.fetch(clients), later.destroy(clients), later.fetch(clients)]);
    expect(clients.map((clientId) => later.peek(clientId))).toEqual(clients.map(() => null));
  });

  it('cannot be put in the place of another’s', async () => {
    const keys = await keysWith(master);
    const [one, other] = [uuidv4(), uuidv4()];
    await Promise.all([keys.provide(one), keys.provide(other)]);
    await opened[0]?.database.query(
      `UPDATE client_key SET wrapped = (SELECT wrapped FROM client_key WHERE client_id = $1) WHERE client_id = $2`,
      [one, other],
    );
    await expect((await keysWith(master)).fetch([other])).rejects.toThrow();
    await opened[0]?.database.query('DELETE FROM client_key WHERE client_id = $1', [other]);
  });

  it('hides what a fingerprint is of', async () => {
    const keys = await keysWith(master);
    const [one, other] = [uuidv4(), uuidv4()];
    const of = (clientId: string) => keys.blind(clientId, { phone: '+1 555 0100' }, true);
    expect(await of(one)).toBe(await of(one));
    expect(await of(one)).not.toBe(await of(other));
  });
});

describe('the master key', () => {
  it('is made at the first start, for its owner alone, and never made anew', async () => {
    const file = join(directory.path, 'first.key');
    const made = await MasterKeys.inFile(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await MasterKeys.inFile(file)).current).toEqual(made.current);
    await writeFile(file, 'half a key');
    await expect(MasterKeys.inFile(file)).rejects.toThrow('does not hold a master key');
  });

  it('that is not the one the keys are wrapped by is refused by name', async () => {
    const clientId = uuidv4();
    await (await keysWith(MasterKeys.given(randomBytes(32)))).provide(clientId);
    const other = await keysWith(MasterKeys.given(randomBytes(32)));
    await expect(other.fetch([clientId])).rejects.toThrow(UnknownMasterKey);
  });
});

describe('rotating the master key', () => {
  it('wraps every key anew; who runs meanwhile goes on', async () => {
    const own = await freshDatabase();
    const file = join(directory.path, 'rotated.key');
    const [before, running] = [await MasterKeys.inFile(file), await MasterKeys.inFile(file)];
    const [one, two] = [
      await clientKeysIn(own.url, undefined, before),
      await clientKeysIn(own.url, undefined, running),
    ];
    const clients = Array.from({ length: 2_300 }, () => uuidv4());
    await Promise.all(clients.map((clientId) => one.keys.provide(clientId)));
    const keys = clients.map((clientId) => one.keys.peek(clientId));
    const old = before.current.id;

    const out = new PassThrough({ encoding: 'utf8' });
    expect(await runKeysRotate(session(one.keys, before), out)).toBe(0);
    expect(String(out.read())).toContain('2,300 keys rewrapped');
    expect(before.current.id).not.toBe(old);
    expect(await one.keys.countByMaster()).toEqual([{ masterKeyId: before.current.id, keys: 2_300 }]);

    await two.keys.fetch(clients);
    expect(clients.map((clientId) => two.keys.peek(clientId))).toEqual(keys);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
    expect(await runKeysStatus(session(one.keys, before), out)).toBe(0);
    expect(String(out.read())).toMatch(/2,300 {2}current/);
    await Promise.all([one.close(), two.close()]);
    await own.drop();
  });

  it('by the environment takes the old key beside the new one', async () => {
    const own = await freshDatabase();
    const [old, young] = [randomBytes(32), randomBytes(32)];
    const first = await clientKeysIn(own.url, old);
    const clientId = uuidv4();
    await first.keys.provide(clientId);
    const masters = MasterKeys.given(young, old);
    const second = await clientKeysIn(own.url, undefined, masters);
    const out = new PassThrough({ encoding: 'utf8' });
    expect(await runKeysRotate(session(second.keys, masters), out)).toBe(0);
    expect(String(out.read())).toContain('TENURE_PREVIOUS_MASTER_KEY is needed no more');
    const third = await clientKeysIn(own.url, young);
    await third.keys.fetch([clientId]);
    expect(third.keys.peek(clientId)).toEqual(first.keys.peek(clientId));
    await Promise.all([first.close(), second.close(), third.close()]);
    await own.drop();
  });
});

describe('keys of forgotten clients that a backup brought back', () => {
  it('are destroyed again, as the log says', async () => {
    const [server, own] = [await freshEventStore(), await freshDatabase()];
    const { keys, database: db, close } = await clientKeysIn(own.url);
    const store = new EventStore(server.url);
    const [forgotten, other] = [uuidv4(), uuidv4()];
    await Promise.all([keys.provide(forgotten), keys.provide(other)]);
    const erased: ClientEvent = { type: 'ClientErased', data: {}, occurredAt: '2026-01-01T00:00:00.000Z' };
    const ids = { commandId: uuidv4(), correlationId: 'c', causationId: 'c', fingerprint: '' };
    const context = { ...ids, actor: { id: 'tester', role: 'admin' }, source: 'api' } as const;
    const stream = clientStream(forgotten);
    const codec = new Codec<ClientEvent>(clientEvents);
    await store.append(
      stream,
      codec.encode(stream, [erased], context, { revision: -1, hash: undefined }),
      -1,
    );

    const app = { get: () => keys };
    const signal = new AbortController().signal;
    const out = new PassThrough({ encoding: 'utf8' });
    const runtime = { eventStoreUrl: server.url };
    expect(await runKeysVerify({ app, signal, runtime } as unknown as Session, out)).toBe(0);
    expect(String(out.read())).toContain(`${forgotten}: its key was there again, and is destroyed`);
    const rows = await db.query('SELECT client_id FROM client_key WHERE wrapped IS NULL');
    expect(rows).toEqual([{ client_id: forgotten }]);
    await Promise.all([store.close(), close()]);
    await Promise.all([server.close(), own.drop()]);
  });
});
