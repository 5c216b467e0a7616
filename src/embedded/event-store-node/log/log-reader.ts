import { escapeLiteral, Pool, type PoolClient } from 'pg';
import { copyOut } from './copy-protocol.js';
import { MAX_INT64 } from './int64.js';
import { LogRecord, RECORD_COLUMNS } from './record.js';

/** A page ends at the record with which it reaches this size (its last record may exceed it). */
const PAGE_BYTES = 256 * 1024;
const PAGE_RECORDS = 500;
const CONNECTIONS = 4;

/** Thrown when what the log holds is not what was written. Names the place. */
export class DamagedLogError extends Error {}

export type Direction = 'forwards' | 'backwards';

export interface Page {
  records: LogRecord[];
  /** Whether there was nothing behind it when it was read. */
  ended: boolean;
}

/**
 * Reads pages of the log. A page is bounded in records and bytes, its connection is given back before it is returned,
 * so a slow consumer holds one page and no connection. Every record's checksum is verified.
 */
export class LogReader {
  readonly #pool: Pool;

  constructor(databaseUrl: string) {
    this.#pool = new Pool({
      connectionString: databaseUrl,
      application_name: 'event store reader',
      max: CONNECTIONS,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced by the pool on the next read; that read reports what is wrong.
    this.#pool.on('error', () => undefined);
  }

  /** Records of the whole log from `position` (inclusive) on, in log order or against it; empty at its end. */
  async all(position: number, direction: Direction, limit: number): Promise<Page> {
    const page = await this.#page(`position ${toward(direction)} ${position}`, 'position', direction, limit);
    let next = direction === 'forwards' ? position : undefined;
    for (const record of page.records) {
      next ??= record.position;
      if (record.position !== next) throw new DamagedLogError(`the log has no record at position ${next}`);
      next += direction === 'forwards' ? 1 : -1;
    }
    return page;
  }

  /** Records of one stream from `revision` (inclusive) on, in the stream's order or against it; empty at its end. */
  async stream(stream: string, revision: number, direction: Direction, limit: number): Promise<Page> {
    const from = revision >= MAX_INT64 ? '9223372036854775807' : String(revision);
    const where = `stream = ${escapeLiteral(stream)} AND revision ${toward(direction)} ${from}`;
    const page = await this.#page(where, 'revision', direction, limit);
    page.records.reduce<LogRecord | undefined>((before, record) => {
      const step = before && Math.abs(record.revision - before.revision);
      if (step !== undefined && step !== 1 && Math.max(record.revision, before?.revision ?? 0) < MAX_INT64) {
        throw new DamagedLogError(
          `stream ${stream} has a gap between revisions ${before?.revision} and ${record.revision}`,
        );
      }
      return record;
    }, undefined);
    return page;
  }

  /** The last record of a stream, a tombstone too; undefined when the stream never had one. */
  async lastOf(stream: string): Promise<LogRecord | undefined> {
    return (await this.stream(stream, MAX_INT64, 'backwards', 1)).records[0];
  }

  async #page(where: string, order: string, direction: Direction, asked: number): Promise<Page> {
    const limit = Math.min(asked, PAGE_RECORDS);
    const by = `ORDER BY ${order} ${direction === 'forwards' ? 'ASC' : 'DESC'}`;
    const size = 'octet_length(data) + octet_length(metadata)';
    const query = `
      SELECT ${RECORD_COLUMNS}
        FROM (SELECT *, sum(${size}) OVER (${by} ROWS UNBOUNDED PRECEDING) - (${size}) AS bytes_before
                FROM event_log WHERE ${where} ${by} LIMIT ${limit}) AS page
       WHERE bytes_before < ${PAGE_BYTES} ${by}`;
    const records: LogRecord[] = [];
    let bytes = 0;
    await this.#withConnection((client) =>
      copyOut(client, `COPY (${query}) TO STDOUT (FORMAT binary)`, (tuple) => {
        const record = new LogRecord(Buffer.from(tuple));
        if (!record.isIntact) {
          throw new DamagedLogError(`the record at position ${record.position} is not what was written`);
        }
        bytes += record.data.length + record.metadata.length;
        records.push(record);
      }),
    );
    return { records, ended: records.length < limit && bytes < PAGE_BYTES };
  }

  async #withConnection(use: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await use(client);
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function toward(direction: Direction): string {
  return direction === 'forwards' ? '>=' : '<=';
}
