import type { ClientBase, Pool } from 'pg';

/**
 * Runs work in a transaction on a connection of the pool; a connection on which anything failed is not used again.
 * @param settings in SQL, for this transaction
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: ClientBase) => Promise<T>,
  settings = '',
): Promise<T> {
  const client = await pool.connect();
  try {
    // What is sent next need not wait for it; if it fails, so does the rest.
    const begun = client.query(`BEGIN; ${settings}`);
    const [result] = await Promise.all([work(client), begun]);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // Closing the connection rolls back, also when it is the connection that failed.
    client.release(true);
    throw error;
  }
}
