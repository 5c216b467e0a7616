import { Client } from 'pg';
import { copyIn } from './copy-protocol.js';
import { NO_REVISION, type RecordedAt, type StreamHead } from '../writing/expected-version.js';
import { CREATE_LOG, WRITER_LOCK } from './log-schema.js';
import { RECORD_COLUMNS, type LogRecord } from './record.js';
import { parseUuid, uuidKey } from './uuid.js';
import { metastreamOf, softDeletionIn } from './stream-metadata.js';

/** How long a new writer waits for the lock of one that has just died. */
const LOCK_PATIENCE_MS = 2_000;
const APPEND = `COPY event_log (${RECORD_COLUMNS}) FROM STDIN (FORMAT binary)`;

const LAST_POSITION = 'SELECT coalesce(max(position), 0) AS position FROM event_log';
const LAST_EVENTS = `
  SELECT event_id, stream, revision, position FROM event_log ORDER BY position DESC LIMIT $1`;
const STREAM_HEADS = `
  SELECT asked.stream, head.revision, meta.data AS metadata
    FROM unnest($1::text[], $2::text[]) AS asked (stream, metastream)
    LEFT JOIN LATERAL (SELECT revision FROM event_log WHERE stream = asked.stream
                        ORDER BY revision DESC LIMIT 1) head ON true
    LEFT JOIN LATERAL (SELECT data FROM event_log WHERE stream = asked.metastream
                        ORDER BY revision DESC LIMIT 1) meta ON true`;
const RECORDED_IDS = `
  SELECT asked.number, log.revision, log.position, log.event_id
    FROM unnest($1::int[], $2::text[], $3::bigint[], $4::bigint[]) AS asked (number, stream, first, last)
    JOIN event_log log ON log.stream = asked.stream AND log.revision BETWEEN asked.first AND asked.last`;

/** An event and where it is. */
export interface PlacedEvent extends RecordedAt {
  id: Buffer;
  stream: string;
}

/** A stretch of a stream, both revisions inclusive. */
export interface Stretch {
  stream: string;
  first: number;
  last: number;
}

/** Thrown when another node holds the log. */
export class LogInUseError extends Error {}

/** The one connection that writes the log. It holds the writer lock while it lives; when it breaks, open another. */
export class LogWriter {
  #broken = false;

  private constructor(readonly client: Client) {}

  /**
   * Connects, takes the lock and creates the table when it is missing. `onBroken` is called once if the connection ends
   * by itself. Throws LogInUseError when another writer keeps the lock.
   */
  static async open(databaseUrl: string, onBroken: (error: Error) => void): Promise<LogWriter> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: 'event store writer',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const writer = new LogWriter(client);
    const broken = (error: Error) => {
      if (writer.#broken) return;
      writer.#broken = true;
      onBroken(error);
    };
    client.on('error', broken);
    client.on('end', () => broken(new Error('the connection to the log ended')));
    try {
      await client.connect();
      await writer.#takeLock();
      const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
      if (rows[0]?.server_encoding !== 'UTF8')
        throw new Error('the database of the log must be encoded in UTF8');
      await client.query("SET synchronous_commit = 'on'");
      await client.query(CREATE_LOG);
      return writer;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  async #takeLock(): Promise<void> {
    const until = Date.now() + LOCK_PATIENCE_MS;
    for (;;) {
      const { rows } = await this.client.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS taken',
        [WRITER_LOCK],
      );
      if (rows[0]?.taken) return;
      if (Date.now() >= until) {
        throw new LogInUseError('another event store node has this log open; only one may write it');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Of the last record, 0 for an empty log. */
  async lastPosition(): Promise<number> {
    const { rows } = await this.client.query<{ position: string }>(LAST_POSITION);
    return Number(rows[0]?.position ?? 0);
  }

  /** The events appended last, the oldest of them first. */
  async lastEvents(count: number): Promise<PlacedEvent[]> {
    const { rows } = await this.client.query<Record<'event_id' | 'stream' | 'revision' | 'position', string>>(
      LAST_EVENTS,
      [count],
    );
    return rows.reverse().map((row) => ({
      id: parseUuid(row.event_id) as Buffer,
      stream: row.stream,
      revision: Number(row.revision),
      position: Number(row.position),
    }));
  }

  /** Writes the records in one transaction; resolved means durable. A throw leaves the outcome unknown. */
  append(records: readonly LogRecord[]): Promise<void> {
    return copyIn(
      this.client,
      APPEND,
      records.map((record) => record.tuple),
    );
  }

  /** The head of each stream named, in the order asked. */
  async streamHeads(streams: readonly string[]): Promise<Map<string, StreamHead>> {
    const { rows } = await this.client.query<{
      stream: string;
      revision: string | null;
      metadata: Buffer | null;
    }>({
      name: 'stream-heads',
      text: STREAM_HEADS,
      values: [streams, streams.map(metastreamOf)],
    });
    return new Map(
      rows.map((row) => [
        row.stream,
        {
          revision: row.revision === null ? NO_REVISION : Number(row.revision),
          softDeletion: row.metadata ? softDeletionIn(row.metadata) : undefined,
          hasMetadata: row.metadata !== null,
        },
      ]),
    );
  }

  /** For each stretch what is recorded there: key of the event id → place. */
  async recordedIn(stretches: readonly Stretch[]): Promise<Map<string, RecordedAt>[]> {
    const { rows } = await this.client.query<Record<'number' | 'revision' | 'position' | 'event_id', string>>(
      {
        name: 'recorded-ids',
        text: RECORDED_IDS,
        values: [
          stretches.map((_, number) => number),
          stretches.map((stretch) => stretch.stream),
          stretches.map((stretch) => stretch.first),
          stretches.map((stretch) => stretch.last),
        ],
      },
    );
    const found = stretches.map(() => new Map<string, RecordedAt>());
    for (const row of rows) {
      const place = { revision: Number(row.revision), position: Number(row.position) };
      found[Number(row.number)]?.set(uuidKey(parseUuid(row.event_id)), place);
    }
    return found;
  }

  /** Ends the connection, which releases the lock. */
  async close(): Promise<void> {
    this.#broken = true;
    await this.client.end().catch(() => undefined);
  }
}
