import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { RECORD_COLUMNS } from '../event-store-node/log/record.js';
import { COPY_HEADER, COPY_TRAILER } from './backup-file.js';
import { LOG_FILE, MANIFEST_FILE, manifestOf, type BackupManifest } from './backup-manifest.js';
import { readEventLog } from './read-event-log.js';

export interface BackupOptions {
  /** The log's database, whether a node has it open or not. */
  databaseUrl: string;
  /** Where the backup is to lie; must not be there yet, or be empty. */
  directory: string;
  signal?: AbortSignal;
  onProgress?: (records: number) => void;
}

/**
 * Writes a copy of the log, as it is when this begins, into a directory: whole or not at all, and on the disk when this
 * returns. Every record is checked on the way, so that damage is found now and not when the backup is needed.
 * @throws DamagedLogError that names the place, Error when the directory holds anything, the signal's reason
 */
export async function backupEventLog(options: BackupOptions): Promise<BackupManifest> {
  const { databaseUrl, signal, onProgress = () => undefined } = options;
  const directory = resolve(options.directory);
  const inIt = await readdir(directory).catch(() => []);
  if (inIt.length > 0) throw new Error(`${directory} is not empty; a backup needs a directory of its own`);
  const stage = join(dirname(directory), `.${basename(directory)}.${randomUUID()}`);
  await mkdir(stage, { recursive: true, mode: 0o700 });
  try {
    const hash = createHash('sha256');
    let records = 0;
    let bytes = 0;
    const measured = (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
      return chunk;
    };
    async function* contents(): AsyncGenerator<Buffer> {
      yield measured(COPY_HEADER);
      for await (const page of readEventLog(databaseUrl)) {
        yield measured(Buffer.concat(page.map((record) => record.tuple)));
        onProgress((records += page.length));
      }
      yield measured(COPY_TRAILER);
    }
    await pipeline(
      Readable.from(contents(), { objectMode: true, highWaterMark: 4 }),
      // What is encrypted does not get smaller, and the rest does at any level.
      createGzip({ level: constants.Z_BEST_SPEED }),
      createWriteStream(join(stage, LOG_FILE), { mode: 0o600, flush: true }),
      { signal },
    );
    const takenAt = new Date().toISOString();
    const manifest = manifestOf({
      takenAt,
      records,
      bytes,
      sha256: hash.digest('hex'),
      columns: RECORD_COLUMNS,
    });
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
    await writeFile(join(stage, MANIFEST_FILE), text, { mode: 0o600, flush: true });
    await syncDirectory(stage);
    if (process.platform === 'win32') await rm(directory, { recursive: true, force: true });
    await rename(stage, directory);
    await syncDirectory(dirname(directory));
    return manifest;
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    throw signal?.aborted ? signal.reason : error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}
