import { Client } from 'pg';
import type { Sql } from '../sql.js';
import { readRows, type BinaryRow } from './binary-rows.js';

/**
 * A connection that reads many rows of the very state that a report reads. It needs one of its own, since the report's sends
 * statements without waiting for answers, and COPY cannot be among those.
 */
export class SnapshotReader {
  private constructor(private readonly client: Client) {}

  /**
   * @param sql in a transaction of REPEATABLE READ, which outlasts `use`
   * @throws what `use` throws, or what PostgreSQL does
   */
  static async open<Result>(sql: Sql, use: (reader: SnapshotReader) => Promise<Result>): Promise<Result> {
    const [exported] = await sql.query<{ id: string }[]>('SELECT pg_export_snapshot() AS id');
    const { url } = sql.queryRunner?.dataSource.options as { url?: string };
    const client = new Client({
      connectionString: url,
      application_name: 'tenure-columns',
      options: '-c jit=off -c work_mem=256MB',
      keepAlive: true,
    });
    // A connection that breaks fails the query under way, too.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '${exported?.id}'`,
      );
      return await use(new SnapshotReader(client));
    } finally {
      await client.end();
    }
  }

  /** @param select without parameters. @param take called for every row; what it wants to keep of it, it takes out now */
  rows(select: string, take: (row: BinaryRow) => void): Promise<void> {
    return readRows(this.client, select, take);
  }
}
