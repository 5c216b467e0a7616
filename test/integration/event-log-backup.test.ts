import { EventStoreDBClient, jsonEvent, NO_STREAM, StreamDeletedError } from '@eventstore/db-client';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { backupEventLog } from '../../src/embedded/event-log/backup-event-log.js';
import { LOG_FILE, MANIFEST_FILE } from '../../src/embedded/event-log/backup-manifest.js';
import { readBackup } from '../../src/embedded/event-log/read-backup.js';
import { readEventLog } from '../../src/embedded/event-log/read-event-log.js';
import { restoreEventLog } from '../../src/embedded/event-log/restore-event-log.js';
import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { LogInUseError } from '../../src/embedded/event-store-node/log/log-writer.js';
import { freshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { waitUntil } from '../support/wait-until.js';

const clean: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

async function home(): Promise<string> {
  const directory = await temporaryDirectory();
  clean.push(() => directory.remove());
  return directory.path;
}

async function database(): Promise<string> {
  const fresh = await freshDatabase();
  clean.push(() => fresh.drop());
  return fresh.url;
}

/** A node on a database; closed by the caller or at the end of the test. */
async function node(databaseUrl: string) {
  const running = await startEventStoreNode({ databaseUrl });
  const client = EventStoreDBClient.connectionString(running.url);
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= client.dispose().then(() => running.close()));
  clean.push(close);
  return { client, close };
}

const facts = (count: number, first = 0) =>
  Array.from({ length: count }, (_, n) =>
    jsonEvent({ type: 'Counted', data: { n: first + n, pad: 'ü'.repeat(50) } }),
  );

/** A log with some streams in it, and no node on it any more. */
async function someLog(streams = 20): Promise<string> {
  const databaseUrl = await database();
  const { client, close } = await node(databaseUrl);
  for (let n = 0; n < streams; n++) await client.appendToStream(`jar-${n % 7}`, facts(5, n));
  await client.setStreamMetadata('jar-1', { maxCount: 3 });
  await client.deleteStream('jar-2');
  await client.tombstoneStream('jar-3');
  await close();
  return databaseUrl;
}

async function bytesOf(databaseUrl: string): Promise<Buffer> {
  const tuples: Buffer[] = [];
  for await (const page of readEventLog(databaseUrl)) tuples.push(...page.map(({ tuple }) => tuple));
  return Buffer.concat(tuples);
}

async function query(databaseUrl: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return client
    .query<object>(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function walk(directory: string): Promise<number> {
  let records = 0;
  for await (const page of readBackup(directory)) records += page.length;
  return records;
}

describe('a backup', () => {
  test('restores to the same log, byte for byte, on which a node goes on', async () => {
    const [source, target] = [await someLog(), await database()];
    const directory = join(await home(), 'backup');
    const manifest = await backupEventLog({ databaseUrl: source, directory });
    expect(await walk(directory)).toBe(manifest.records);
    expect(await restoreEventLog({ databaseUrl: target, directory })).toBe(manifest.records);
    expect((await bytesOf(target)).equals(await bytesOf(source))).toBe(true);
    const { client } = await node(target);
    const { nextExpectedRevision } = await client.appendToStream('jar-4', facts(1), {
      expectedRevision: 14n,
    });
    expect(nextExpectedRevision).toBe(15n);
    await expect(client.appendToStream('jar-5', facts(1), { expectedRevision: NO_STREAM })).rejects.toThrow();
    await expect(client.appendToStream('jar-3', facts(1))).rejects.toBeInstanceOf(StreamDeletedError);
  });

  test('taken while a node writes holds the log as it was at one moment, without a gap', async () => {
    const databaseUrl = await someLog();
    const { client } = await node(databaseUrl);
    let writing = true;
    let written = 0;
    const writer = (async () => {
      while (writing) await client.appendToStream(`busy-${written++ % 5}`, facts(3));
    })();
    await waitUntil('the writer has begun', () => written > 10);
    const directory = join(await home(), 'backup');
    const { records } = await backupEventLog({ databaseUrl, directory });
    const during = written;
    await waitUntil('the writer went on', () => written > during + 5);
    writing = false;
    await writer;
    const target = await database();
    expect(await restoreEventLog({ databaseUrl: target, directory })).toBe(records);
    const [all, restored] = [await bytesOf(databaseUrl), await bytesOf(target)];
    expect(restored.length).toBeLessThan(all.length);
    expect(all.subarray(0, restored.length).equals(restored)).toBe(true);
  });

  test('is a file that PostgreSQL itself would load, readable by its owner alone', async () => {
    const directory = join(await home(), 'backup');
    const { bytes, columns } = await backupEventLog({ databaseUrl: await someLog(2), directory });
    const file = join(directory, LOG_FILE);
    const unpacked = gunzipSync(await readFile(file));
    expect(unpacked).toHaveLength(bytes);
    expect(unpacked.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0');
    expect(columns).toMatch(/^position, revision, created,/);
    for (const path of [file, join(directory, MANIFEST_FILE)])
      expect((await stat(path)).mode & 0o077).toBe(0);
  });

  test('is there whole or not at all, and in a directory of its own', async () => {
    const where = await home();
    const databaseUrl = await someLog(200);
    const interrupt = new AbortController();
    const options = { databaseUrl, directory: join(where, 'backup'), signal: interrupt.signal };
    const stopped = backupEventLog({ ...options, onProgress: () => interrupt.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
    expect(await readdir(where)).toEqual([]);
    await expect(walk(join(where, 'backup'))).rejects.toThrow(/holds no backup/);

    await backupEventLog({ databaseUrl, directory: join(where, 'backup') });
    await expect(backupEventLog({ databaseUrl, directory: join(where, 'backup') })).rejects.toThrow(
      /not empty/,
    );
    expect(await readdir(where)).toEqual(['backup']);
  });

  test('is refused by a damaged log, which names the place', async () => {
    const databaseUrl = await someLog();
    await query(databaseUrl, `UPDATE event_log SET data = set_byte(data, 3, 33) WHERE position = 40`);
    const where = await home();
    const taken = backupEventLog({ databaseUrl, directory: join(where, 'backup') });
    await expect(taken).rejects.toThrow(/the record at position 40 is not what was written/);
    expect(await readdir(where)).toEqual([]);
  });
});

describe('a damaged backup', () => {
  /** Changes what is inside the packed file. */
  async function tampered(change: (unpacked: Buffer) => Buffer): Promise<string> {
    const directory = join(await home(), 'backup');
    await backupEventLog({ databaseUrl: await someLog(), directory });
    const file = join(directory, LOG_FILE);
    await writeFile(file, gzipSync(change(gunzipSync(await readFile(file)))));
    return directory;
  }
  const inText = (unpacked: Buffer, nth: number): number => {
    let at = 0;
    for (let n = 0; n <= nth; n++) at = unpacked.indexOf('"pad"', at + 1);
    return at;
  };

  test('is found at the record of which a byte was changed', async () => {
    const directory = await tampered((unpacked) => {
      unpacked.writeUInt8(0x40, inText(unpacked, 30) + 2);
      return unpacked;
    });
    // Position 1 is the beginning of the log, so the thirty-first event stands at 32.
    await expect(walk(directory)).rejects.toThrow(/the record at position 32 is not what was written/);
  });

  test('is found when records are missing, in the middle or at the end', async () => {
    const cut = (unpacked: Buffer, from: number, to: number) =>
      Buffer.concat([unpacked.subarray(0, from), unpacked.subarray(to)]);
    const begin = (unpacked: Buffer, nth: number) =>
      unpacked.lastIndexOf(Buffer.from([0, 10, 0, 0, 0, 8]), inText(unpacked, nth));
    const middle = await tampered((unpacked) => cut(unpacked, begin(unpacked, 5), begin(unpacked, 6)));
    await expect(walk(middle)).rejects.toThrow(/the record at position 7 is not what was written/);
    const end = await tampered((unpacked) => cut(unpacked, begin(unpacked, 90), unpacked.length - 2));
    await expect(walk(end)).rejects.toThrow(/is not the file of 10\d records that its manifest names/);
    const torn = await tampered((unpacked) => unpacked.subarray(0, begin(unpacked, 50) + 30));
    await expect(walk(torn)).rejects.toThrow(/is not the file of/);
  });

  test('is found when the packed file is cut or changed', async () => {
    const directory = join(await home(), 'backup');
    await backupEventLog({ databaseUrl: await someLog(60), directory });
    const file = join(directory, LOG_FILE);
    const packed = await readFile(file);
    for (const broken of [
      packed.subarray(0, packed.length - 40),
      Buffer.from(packed).fill(0, 300, 310),
      Buffer.from('no gzip'),
    ]) {
      await writeFile(file, broken);
      await expect(walk(directory)).rejects.toThrow(new RegExp(`${LOG_FILE}`));
    }
  });

  test('restores nothing', async () => {
    const directory = await tampered((unpacked) =>
      unpacked.fill(0x40, unpacked.length - 30, unpacked.length - 20),
    );
    const databaseUrl = await database();
    await expect(restoreEventLog({ databaseUrl, directory })).rejects.toThrow(
      /not what was written|not whole/,
    );
    expect(await query(databaseUrl, 'SELECT FROM event_log')).toHaveLength(0);
  });
});

describe('restoring', () => {
  test('is refused into a log that holds anything, beside a running node, and beside read models', async () => {
    const directory = join(await home(), 'backup');
    const source = await someLog(3);
    await backupEventLog({ databaseUrl: source, directory });
    await expect(restoreEventLog({ databaseUrl: source, directory })).rejects.toThrow(/not empty/);

    const used = await database();
    const { close } = await node(used);
    await expect(restoreEventLog({ databaseUrl: used, directory })).rejects.toBeInstanceOf(LogInUseError);
    await close();

    const readModelsUrl = await database();
    await query(readModelsUrl, 'CREATE TABLE client_card (n int)');
    const restored = restoreEventLog({ databaseUrl: await database(), readModelsUrl, directory });
    await expect(restored).rejects.toThrow(/there are read models already/);
  });

  test('that was interrupted leaves the log empty, and can be begun again', async () => {
    const directory = join(await home(), 'backup');
    const { records } = await backupEventLog({ databaseUrl: await someLog(), directory });
    const databaseUrl = await database();
    const interrupt = new AbortController();
    interrupt.abort(new Error('enough'));
    const stopped = restoreEventLog({ databaseUrl, directory, signal: interrupt.signal });
    await expect(stopped).rejects.toThrow('enough');
    expect(await restoreEventLog({ databaseUrl, directory })).toBe(records);
  });
});
