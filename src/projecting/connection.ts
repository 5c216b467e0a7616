import pg from 'pg';

const BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/**
 * Connections of the engine's own, apart from the application's: their values come back as projections hold them, and
 * their plans always go by key. Whole tables are never read here, yet the planner, meeting a fresh table without
 * statistics, would choose to; and a statement of thousands of keys would then cost as much as the table is long.
 */
export function engineConnection(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: 'tenure-projections',
    // A process that freezes in the middle of a batch shall not keep its successor from the checkpoint.
    options: `-c TimeZone=UTC -c DateStyle=ISO -c idle_in_transaction_session_timeout=15s ${BY_KEY}`,
    types: { getTypeParser: parserOf },
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    // No batch takes minutes; a server that has frozen shall not keep us for ever.
    query_timeout: 300_000,
  };
}

/**
 * A pool of such connections. One that breaks is told of by the query that it breaks; one that breaks between queries
 * emits an error besides, which nobody needs and which would end the process if nobody listened.
 * @param pipeline whether statements are sent one after the other without waiting for answers; no cursor works then
 */
export function enginePool(databaseUrl: string, max: number, pipeline = false): pg.Pool {
  const pool = new pg.Pool({ ...engineConnection(databaseUrl), max, pipeline });
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return pool;
}

const INT8: number = pg.types.builtins.INT8;
const DATE: number = pg.types.builtins.DATE;
const TIMESTAMPTZ: number = pg.types.builtins.TIMESTAMPTZ;

function parserOf(type: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (type === INT8) return BigInt;
  if (type === TIMESTAMPTZ) return instantOf;
  if (type === DATE) return (text) => text;
  return pg.types.getTypeParser(type, format) as (text: string) => unknown;
}

/** @returns `2024-01-02 09:00:00.12+00`, as PostgreSQL writes it in UTC, in the canonical form of an Instant */
export function instantOf(text: string): string {
  const fraction = text[19] === '.' ? text.slice(20, -3).padEnd(3, '0').slice(0, 3) : '000';
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}
