import { LogRecord } from '../event-store-node/log/record.js';

/** What PostgreSQL's binary COPY begins and ends with: a backup, once unpacked, is a file that it loads as it is. */
export const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** A backup that does not hold what was written into it. */
export class DamagedBackupError extends Error {}

/** Cuts the bytes of a binary COPY into records as they come. */
export class RecordCutter {
  #rest: Buffer = Buffer.alloc(0);
  #begun = false;
  #ended = false;

  /** Whether the end of the COPY was met. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The records that this chunk completes. Throws DamagedBackupError for bytes that are no COPY of the log. */
  push(chunk: Buffer): LogRecord[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#begun) {
      if (bytes.length < COPY_HEADER.length) return this.#keep(bytes, []);
      if (!bytes.subarray(0, COPY_HEADER.length).equals(COPY_HEADER))
        throw new DamagedBackupError('it does not begin as a backup');
      this.#begun = true;
      at = COPY_HEADER.length;
    }
    const records: LogRecord[] = [];
    for (let size = sizeAt(bytes, at); size !== undefined; size = sizeAt(bytes, at)) {
      if (this.#ended) throw new DamagedBackupError('it goes on behind its end');
      if (size === 'end') this.#ended = true;
      else records.push(new LogRecord(Buffer.from(bytes.subarray(at, at + size))));
      at += size === 'end' ? COPY_TRAILER.length : size;
    }
    return this.#keep(bytes.subarray(at), records);
  }

  #keep(rest: Buffer, records: LogRecord[]): LogRecord[] {
    this.#rest = rest;
    return records;
  }
}

const COLUMNS = 10;
/** PostgreSQL holds no value larger than this. */
const MOST_BYTES = 2 ** 30;

/** How long the tuple at an offset is; undefined while it is not whole. */
function sizeAt(bytes: Buffer, offset: number): number | 'end' | undefined {
  if (bytes.length < offset + 2) return undefined;
  const columns = bytes.readInt16BE(offset);
  if (columns === -1) return 'end';
  if (columns !== COLUMNS) throw new DamagedBackupError('a record in it is not whole');
  let at = offset + 2;
  for (let column = 0; column < COLUMNS; column++) {
    if (bytes.length < at + 4) return undefined;
    const length = bytes.readInt32BE(at);
    if (length < 0 || length > MOST_BYTES) throw new DamagedBackupError('a record in it is not whole');
    at += 4 + length;
  }
  return bytes.length < at ? undefined : at - offset;
}
