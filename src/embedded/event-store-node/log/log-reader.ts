import { escapeLiteral, Pool } from 'pg';
import { copyOut } from './copy-protocol.js';
import { MAX_INT64 } from './int64.js';
import { LogRecord, RECORD_COLUMNS } from './record.js';

/** Pages are asked for so that they come to about this size, judging by the page before. */
const PAGE_BYTES = 256 * 1024;
const PAGE_RECORDS = 500;
/** A page that turns out to be larger is cut off here, though the connection is lost by it. */
const PAGE_BYTES_MOST = 2 * 1024 * 1024;
const CONNECTIONS = 4;

const STREAM_RULES = `
  SELECT EXISTS (SELECT FROM event_log WHERE stream = $1 AND revision = 9223372036854775807) AS tombstoned,
         (SELECT data FROM event_log WHERE stream = $2 ORDER BY revision DESC LIMIT 1) AS metadata`;

const STREAM_WITH_GAP = `
  SELECT stream FROM event_log WHERE revision < 9223372036854775807
   GROUP BY stream HAVING count(*) <> max(revision) + 1 LIMIT 1`;
const QUERY_CANCELED = '57014';

/** Thrown when what the log holds is not what was written. Names the place. */
export class DamagedLogError extends Error {}

export type Direction = 'forwards' | 'backwards';

export interface Page {
  records: LogRecord[];
  /** Whether there was nothing behind it when it was read. */
  ended: boolean;
  /** How many records the next page should have, by the size of these. */
  nextLimit: number;
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

  /** Position of the last record, 0 for an empty log. */
  async head(): Promise<number> {
    const { rows } = await this.#pool.query<{ head: string | null }>(
      'SELECT max(position) AS head FROM event_log',
    );
    return Number(rows[0]?.head ?? 0);
  }

  /** How many records there are, or undefined when counting them takes longer than `patienceMs`. */
  async count(patienceMs: number): Promise<number | undefined> {
    const client = await this.#pool.connect();
    try {
      await client.query(`SET statement_timeout = ${patienceMs}`);
      const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM event_log');
      return Number(rows[0]?.count);
    } catch (error) {
      if ((error as { code?: string }).code === QUERY_CANCELED) return undefined;
      throw error;
    } finally {
      // The connection is not used again, so that the timeout is nobody else's.
      client.release(true);
    }
  }

  /** A stream whose revisions are not 0, 1, 2 …, if there is one. Looks at the whole log. */
  async streamWithGap(): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ stream: string }>(STREAM_WITH_GAP);
    return rows[0]?.stream;
  }

  /** Whether a stream is tombstoned, and the data of the last event of its metadata stream if there is one. */
  async rulesOf(
    stream: string,
    metastream: string,
  ): Promise<{ tombstoned: boolean; metadata: Buffer | null }> {
    const { rows } = await this.#pool.query<{ tombstoned: boolean; metadata: Buffer | null }>({
      name: 'stream-rules',
      text: STREAM_RULES,
      values: [stream, metastream],
    });
    return rows[0] ?? { tombstoned: false, metadata: null };
  }

  /** The last record of a stream, a tombstone too; undefined when the stream never had one. */
  async lastOf(stream: string): Promise<LogRecord | undefined> {
    return (await this.stream(stream, MAX_INT64, 'backwards', 1)).records[0];
  }

  async #page(where: string, order: string, direction: Direction, asked: number): Promise<Page> {
    const limit = Math.min(asked, PAGE_RECORDS);
    const query = `SELECT ${RECORD_COLUMNS} FROM event_log WHERE ${where}
                    ORDER BY ${order} ${direction === 'forwards' ? 'ASC' : 'DESC'} LIMIT ${limit}`;
    const records: LogRecord[] = [];
    let bytes = 0;
    const outcome = await this.#copyOut(`COPY (${query}) TO STDOUT (FORMAT binary)`, (tuple) => {
      const record = new LogRecord(Buffer.from(tuple));
      if (!record.isIntact) {
        throw new DamagedLogError(`the record at position ${record.position} is not what was written`);
      }
      records.push(record);
      bytes += tuple.length;
      return bytes > PAGE_BYTES_MOST ? 'enough' : undefined;
    });
    const fitting = Math.ceil((PAGE_BYTES * records.length) / Math.max(1, bytes));
    const ended = outcome === 'complete' && records.length < limit;
    return { records, ended, nextLimit: Math.min(Math.max(1, fitting), PAGE_RECORDS) };
  }

  async #copyOut(
    text: string,
    onTuple: (bytes: Buffer) => 'enough' | undefined,
  ): Promise<'complete' | 'cut'> {
    const client = await this.#pool.connect();
    try {
      const outcome = await copyOut(client, text, onTuple);
      client.release(outcome === 'cut');
      return outcome;
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
