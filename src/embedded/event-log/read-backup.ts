import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LogRecord } from '../event-store-node/log/record.js';
import { DamagedBackupError, RecordCutter } from './backup-file.js';
import { LOG_FILE, readManifest } from './backup-manifest.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * The records of a backup, checked: each by its checksum and its position, all of them, at the end, by their number and
 * hash. Only when the iteration ends without a throw is the backup what was written.
 * @throws DamagedBackupError that names the place
 */
export async function* readBackup(directory: string): AsyncGenerator<LogRecord[], void> {
  const manifest = await readManifest(directory);
  const file = join(directory, LOG_FILE);
  const cutter = new RecordCutter();
  const hash = createHash('sha256');
  let position = 0;
  try {
    // Errors of the file come through the last of the chain.
    const unpacked = pipeline(
      createReadStream(file),
      createGunzip({ chunkSize: CHUNK_BYTES }),
      () => undefined,
    );
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      hash.update(chunk);
      const records = cutter.push(chunk);
      for (const record of records) {
        if (record.position !== ++position || !record.isIntact)
          throw new DamagedBackupError(`the record at position ${position} is not what was written`);
      }
      if (records.length > 0) yield records;
    }
  } catch (error) {
    if (error instanceof DamagedBackupError) throw new DamagedBackupError(`${file}: ${error.message}`);
    const behind = position === 0 ? 'at its beginning' : `behind position ${position}`;
    throw new DamagedBackupError(`${file} cannot be read ${behind}: ${(error as Error).message}`);
  }
  if (!cutter.ended || position !== manifest.records || hash.digest('hex') !== manifest.sha256)
    throw new DamagedBackupError(
      `${file} is not the file of ${manifest.records} records that its manifest names`,
    );
}
