import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import copyStreams from 'pg-copy-streams';
import QueryStream from 'pg-query-stream';
import type { Instant } from '../schema/instant.js';
import { factTypes, type ClientFact, type NumberedFact } from './client-fact.js';

/** A checked line on its way into the spool. */
export interface SpooledLine extends NumberedFact {
  readonly clientId: string;
}

/** What is decided and appended in one go: the facts of one client, or a part of them if there are many. */
export interface ClientChunk {
  readonly clientId: string;
  /** by business time; the conversion comes first, whatever its date */
  readonly facts: readonly NumberedFact[];
  /** the earliest service of the client in the whole file; null if it has none */
  readonly firstServicedAt: Instant | null;
  /** whether it is the first and whether it is the last chunk of the client */
  readonly first: boolean;
  readonly last: boolean;
}

/** At most three events a fact, and a few hundred bytes of envelope an event, stay far below an append's 1 MiB. */
const CHUNK_FACTS = 128;
const CHUNK_BYTES = 131_072;
const ROWS_A_FETCH = 1_000;

/** Rows need not outlive the session, and nobody else ever sees them. */
const TABLE = `
  CREATE TEMP TABLE import_fact (
    client_id uuid     NOT NULL,
    at_ms     bigint   NOT NULL,
    rank      smallint NOT NULL,
    line      bigint   NOT NULL,
    fact      text     NOT NULL COLLATE "C"
  )`;

/**
 * The facts of an instant go by rank, then by what they say and not by where they stood: files that hold the same lines
 * in another order give the same streams.
 */
const IN_ORDER = `
  SELECT client_id, line, fact, min(at_ms) FILTER (WHERE rank = 1) OVER client AS first_serviced
    FROM import_fact
  WINDOW client AS (PARTITION BY client_id ORDER BY rank <> 0, at_ms, rank, fact, line
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
   ORDER BY client_id, rank <> 0, at_ms, rank, fact, line`;

type Row = [clientId: string, line: string, fact: string, firstServiced: string | null];

/**
 * Where the lines of an import wait until all of them are there, and from where they come back client by client, each
 * client's in the order of business time. One session of PostgreSQL holds and sorts them, so that a file may be larger
 * than our memory and in any order.
 */
export class Spool {
  private constructor(private readonly client: Client) {}

  /** @throws whatever PostgreSQL says if it cannot be reached */
  static async open(databaseUrl: string): Promise<Spool> {
    const client = new Client({ connectionString: databaseUrl, application_name: 'tenure import' });
    // The query that is running when a connection breaks fails by itself; between queries, the next one does.
    client.on('error', () => undefined);
    await client.connect();
    // A file is read at the pace of its sender, and memory to sort in saves writing runs to disk.
    await client.query(`SET statement_timeout = 0; SET work_mem = '64MB'; ${TABLE}`);
    return new Spool(client);
  }

  /** Takes the lines in. May be called once. */
  async fill(batches: AsyncIterable<readonly SpooledLine[]>, signal?: AbortSignal): Promise<void> {
    const copy = this.client.query(
      copyStreams.from('COPY import_fact (client_id, at_ms, rank, line, fact) FROM STDIN'),
    );
    await pipeline(batches, copyRows, copy, { signal });
  }

  /** Gives the lines back, grouped by client. Stop early by leaving the loop. */
  async *chunks(): AsyncGenerator<ClientChunk> {
    const rows = this.client.query(
      new QueryStream(IN_ORDER, [], { rowMode: 'array', batchSize: ROWS_A_FETCH }),
    );
    let chunk: { clientId: string; facts: NumberedFact[]; firstServicedAt: Instant | null } | undefined;
    let bytes = 0;
    let first = true;
    for await (const [clientId, line, json, firstServiced] of rows as AsyncIterable<Row>) {
      const sameClient = chunk?.clientId === clientId;
      const full = chunk && (chunk.facts.length >= CHUNK_FACTS || bytes + json.length > CHUNK_BYTES);
      if (chunk && (!sameClient || full)) {
        yield { ...chunk, first, last: !sameClient };
        first = !sameClient;
        chunk = undefined;
      }
      if (!chunk) {
        const firstServicedAt = firstServiced === null ? null : new Date(Number(firstServiced)).toISOString();
        chunk = { clientId, facts: [], firstServicedAt };
        bytes = 0;
      }
      chunk.facts.push({ line: Number(line), fact: JSON.parse(json) as ClientFact });
      bytes += json.length;
    }
    if (chunk) yield { ...chunk, first, last: true };
  }

  /** Ends the session, and the rows with it. */
  async close(): Promise<void> {
    await this.client.end();
  }
}

async function* copyRows(batches: AsyncIterable<readonly SpooledLine[]>): AsyncGenerator<string> {
  for await (const batch of batches) {
    if (batch.length > 0) yield batch.map(copyRow).join('');
  }
}

/** JSON escapes every control character, so that the backslash is all that COPY could misread. */
function copyRow({ clientId, line, fact }: SpooledLine): string {
  const rank = factTypes.indexOf(fact.type);
  const json = JSON.stringify(fact).replaceAll('\\', '\\\\');
  return `${clientId}\t${Date.parse(fact.at)}\t${rank}\t${line}\t${json}\n`;
}
