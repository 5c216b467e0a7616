import fc from 'fast-check';
import { buildOf } from '../../src/projecting/build.js';
import { takeLead } from '../../src/projecting/checkpoint.js';
import type { AppendRule, Projection } from '../../src/projecting/projection.js';
import { BatchWriter } from '../../src/projecting/write-batch.js';
import type { JarEvent } from '../support/jars/jar.events.js';
import { preparedDatabase, type PreparedDatabase } from '../support/prepared-database.js';

/** A row with a column of each type, and one that may be null. */
type Odd = {
  id: string;
  words: string;
  maybe: string | null;
  truth: boolean;
  number: number;
  large: bigint;
  day: string;
  at: string;
  sorted: object;
  kept: object;
};
const odd: AppendRule<JarEvent, Odd> = {
  shape: 'append',
  table: {
    name: 'odd',
    columns: {
      id: 'uuid',
      words: 'text',
      maybe: 'text?',
      truth: 'boolean',
      number: 'integer',
      large: 'bigint',
      day: 'date',
      at: 'timestamptz',
      sorted: 'jsonb',
      kept: 'json',
    },
    key: ['id'],
  },
  on: { JarPlaced: () => [], MarblesAdded: () => [], MarblesTaken: () => [], JarBroken: () => [] },
};
const odds: Projection<JarEvent> = { name: 'odds', version: 1, streams: ['jar-'], tables: [odd] };
const build = buildOf(odds);

/** What a text in an array could be taken for something else by, and any text that PostgreSQL can hold. */
const words = fc.oneof(
  fc.constantFrom(
    '',
    'NULL',
    'null',
    '{}',
    '{a,b}',
    '"',
    '\\',
    '\\"',
    'a,b',
    ' ',
    '\n\t',
    "it's",
    '$1',
    'ä–🪣',
  ),
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
);
const json = fc.dictionary(words, fc.oneof(words, fc.integer(), fc.boolean(), fc.array(words)));
const instants = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const rows = fc.uniqueArray(
  fc.record<Odd>({
    id: fc.uuid(),
    words,
    maybe: fc.option(words),
    truth: fc.boolean(),
    number: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    day: instants.map((at) => at.slice(0, 10)),
    at: instants,
    sorted: json,
    kept: fc.oneof(json, fc.array(words)),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 20 },
);

let database: PreparedDatabase;
beforeAll(async () => {
  database = await preparedDatabase(odds);
});
afterAll(() => database.drop());

it('rows come back as they were written, whatever they hold, and are found again by their keys', async () => {
  const { pool } = database;
  const writer = new BatchWriter(pool, build);
  let position = 0n;
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const write = async (writes: Parameters<BatchWriter['write']>[2]) => {
        const to = { position: ++position, recordedAt: '2026-01-01T00:00:00.000Z' };
        await writer.write(await takeLead(pool, build), to, writes, 1);
      };
      const table = odd.table;
      await write([{ kind: 'append', table, rows: given }]);
      const loaded = await writer.load(new Map([['odd', new Set(given.map(({ id }) => id))]]));
      expect([...(loaded.get('odd')?.values() ?? [])]).toEqual(expect.arrayContaining(given));
      await write([{ kind: 'replace', table, deletes: [], upserts: given }]);
      expect((await pool.query('SELECT id FROM odd')).rowCount).toBe(given.length);
      await write([{ kind: 'replace', table, deletes: given, upserts: [] }]);
      expect((await pool.query('SELECT id FROM odd')).rowCount).toBe(0);
    }),
    { numRuns: 60 },
  );
}, 60_000);
