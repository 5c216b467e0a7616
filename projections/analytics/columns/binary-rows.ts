import type { Client } from 'pg';
import copyStreams from 'pg-copy-streams';

/** `PGCOPY\n\377\r\n\0`, flags, and the length of an extension that there is none of. */
const HEADER_BYTES = 19;
/** 1 January 2000 UTC, from which PostgreSQL counts microseconds. */
const EPOCH = 946_684_800_000;

/**
 * The row at hand of those that `readRows` reads, its fields by their place in the SELECT, from 0. Of a field that is NULL,
 * `isNull` says so; the others must not be asked for it.
 */
export class BinaryRow {
  private bytes: Buffer = Buffer.alloc(0);
  private readonly starts: number[] = [];
  private readonly lengths: number[] = [];

  /**
   * Moves on to the row that begins here.
   * @returns where the next begins; 0 if this one is not all there yet
   */
  at(bytes: Buffer, start: number): number {
    this.bytes = bytes;
    let offset = start + 2;
    if (offset > bytes.length) return 0;
    const fields = bytes.readInt16BE(start);
    for (let field = 0; field < fields; field++) {
      if (offset + 4 > bytes.length) return 0;
      const length = bytes.readInt32BE(offset);
      offset += 4;
      this.starts[field] = offset;
      this.lengths[field] = length;
      if (length > 0) offset += length;
    }
    return offset > bytes.length ? 0 : offset;
  }

  isNull(field: number): boolean {
    return this.lengths[field] === -1;
  }

  /** of type bigint; exact up to 2^53 */
  bigint(field: number): number {
    const start = this.starts[field] as number;
    return this.bytes.readInt32BE(start) * 2 ** 32 + this.bytes.readUInt32BE(start + 4);
  }

  /** of type boolean */
  boolean(field: number): boolean {
    return this.bytes[this.starts[field] as number] === 1;
  }

  /** of type timestamptz, in ms since 1970; infinity and instants too far away for a number of ms are not expected */
  instant(field: number): number {
    return EPOCH + this.bigint(field) / 1_000;
  }

  /** of type text */
  text(field: number): string {
    const start = this.starts[field] as number;
    return this.bytes.toString('utf8', start, start + (this.lengths[field] as number));
  }

  /** of type uuid, as 32 hexadecimal digits */
  uuid(field: number): string {
    const start = this.starts[field] as number;
    return this.bytes.toString('hex', start, start + 16);
  }
}

/**
 * Reads many rows as PostgreSQL keeps them, without text in between, and makes no object of any.
 * @param select without parameters, which COPY does not take
 * @param take called for every row; what it wants to keep of it, it takes out now
 * @throws DatabaseError if the statement fails
 * @see https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
 */
export async function readRows(
  client: Client,
  select: string,
  take: (row: BinaryRow) => void,
): Promise<void> {
  const stream = client.query(copyStreams.to(`COPY (${select}) TO STDOUT (FORMAT binary)`));
  const row = new BinaryRow();
  let header = HEADER_BYTES;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (bytes.length < header) {
      rest = bytes;
      continue;
    }
    let offset = header;
    header = 0;
    for (let next: number; !isOver(bytes, offset) && (next = row.at(bytes, offset)) > 0; offset = next)
      take(row);
    rest = bytes.subarray(offset);
  }
}

/** The last row is followed by a number of fields that no row has. */
const isOver = (bytes: Buffer, offset: number): boolean =>
  offset + 2 <= bytes.length && bytes.readInt16BE(offset) === -1;
