import type { Socket } from 'node:net';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';

/** A statement of a flight that failed, and its place among them. What came after it failed for its sake. */
export class FlightFailed extends Error {
  constructor(
    readonly at: number,
    override readonly cause: unknown,
  ) {
    super(`statement ${at} of a flight failed`);
  }
}

/**
 * Sends statements to PostgreSQL all at once and in one write, on one connection: where the pool pipelines, that is one
 * round trip and one call of the system, however many statements. A connection on which anything failed is not used again.
 * @returns their results, in order
 * @throws FlightFailed for the first that failed
 */
export async function flight(pool: Pool, statements: readonly QueryConfig[]): Promise<QueryResult[]> {
  const client = await pool.connect();
  const socket = socketOf(client);
  socket.cork();
  const sent = statements.map((statement) => client.query(statement));
  socket.uncork();
  const settled = await Promise.allSettled(sent);
  const at = settled.findIndex(({ status }) => status === 'rejected');
  const failed = settled[at];
  client.release(failed !== undefined);
  if (failed?.status === 'rejected') throw new FlightFailed(at, failed.reason);
  return settled.map((one) => (one as PromiseFulfilledResult<QueryResult>).value);
}

/** @returns what a connection writes to; the driver's own, which its types do not mention */
export const socketOf = (client: PoolClient): Socket =>
  (client as PoolClient & { readonly connection: { readonly stream: Socket } }).connection.stream;
