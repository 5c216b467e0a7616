import pg from 'pg';
import { freshDatabase } from '../support/servers.js';

describe('a fresh database for a test', () => {
  it('is empty, of its own, and gone after the drop although a connection is still open', async () => {
    const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
    expect(first.url).not.toBe(second.url);
    const client = new pg.Client({ connectionString: first.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query(
      "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(rows).toEqual([{ tables: 0 }]);
    await first.drop();
    await second.drop();
    await expect(new pg.Client({ connectionString: first.url }).connect()).rejects.toThrow('does not exist');
  });
});
