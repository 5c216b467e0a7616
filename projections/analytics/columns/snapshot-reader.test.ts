import { DataSource, type EntityManager } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../test/support/servers.js';
import { SnapshotReader } from './snapshot-reader.js';

let database: FreshDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await freshDatabase();
  dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const inSnapshot = <Result>(read: (sql: EntityManager) => Promise<Result>) =>
  dataSource.transaction('REPEATABLE READ', read);

test('rows come as PostgreSQL holds them, whatever they hold', async () => {
  const id = '0189ab7c-0000-7000-8000-00000000beef';
  const select = `SELECT '${id}'::uuid, (-9007199254740991)::bigint, 'Zürich – ☂'::text, '2024-03-31T01:59:59.123Z'::timestamptz, true, NULL::text, ''::text`;
  const rows: unknown[] = [];
  await inSnapshot((sql) =>
    SnapshotReader.open(sql, (reader) =>
      reader.rows(select, (row) => {
        rows.push([
          ...[
            row.uuid(0),
            row.bigint(1),
            row.text(2),
            new Date(row.instant(3)).toISOString(),
            row.boolean(4),
          ],
          ...[row.isNull(5), row.isNull(6), row.text(6)],
        ]);
      }),
    ),
  );
  expect(rows).toEqual([
    [
      ...[id.replaceAll('-', ''), -9007199254740991, 'Zürich – ☂', '2024-03-31T01:59:59.123Z', true],
      ...[true, false, ''],
    ],
  ]);
});

test('rows are read whole across the packets that they come in, and none is left out', async () => {
  const select = `SELECT n::bigint, repeat('x', (n % 5000)::int) FROM generate_series(1, 20000) AS n`;
  let rows = 0;
  let wrong = 0;
  await inSnapshot((sql) =>
    SnapshotReader.open(sql, (reader) =>
      reader.rows(select, (row) => {
        rows++;
        if (row.bigint(0) !== rows || row.text(1).length !== rows % 5_000) wrong++;
      }),
    ),
  );
  expect({ rows, wrong }).toEqual({ rows: 20_000, wrong: 0 });
});

test('it reads the state that its transaction reads, not what was written meanwhile', async () => {
  await dataSource.query('CREATE TABLE fact (n bigint); INSERT INTO fact VALUES (1)');
  const read: number[] = [];
  await inSnapshot(async (sql) => {
    await sql.query('SELECT 1');
    await dataSource.query('INSERT INTO fact VALUES (2)');
    await SnapshotReader.open(sql, (reader) =>
      reader.rows('SELECT n FROM fact', (row) => void read.push(row.bigint(0))),
    );
  });
  expect(read).toEqual([1]);
});

test('a statement that fails is told of', async () => {
  const failing = inSnapshot((sql) =>
    SnapshotReader.open(sql, (reader) =>
      reader.rows('SELECT 1 / (n - 1) FROM generate_series(1, 3) AS n', () => undefined),
    ),
  );
  await expect(failing).rejects.toThrow('division by zero');
});
