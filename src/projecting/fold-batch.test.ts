import { EventLog } from '../../test/support/recorded-events.js';
import type { JarEvent } from '../../test/support/jars/jar.events.js';
import { jars, type Jar } from '../../test/support/jars/jar.projection.js';
import { shelvedJars } from '../../test/support/jars/shelved-jars.projection.js';
import { foldBatch, keysToLoad, type TableWrites } from './fold-batch.js';
import type { CrossRule, FoldRule, Projection, Reference, Row } from './projection.js';

const A = '0b7c2a9e-0000-4000-8000-00000000000a';
const B = '0b7c2a9e-0000-4000-8000-00000000000b';
const JAR_A = `jar-${A}`;
const JAR_B = `jar-${B}`;

type Fold = FoldRule<JarEvent, Row>;
type Crossed = CrossRule<Row, Reference, Row>;

const AT = '2024-01-01T00:00:00.000Z';
const rowOf = (jar: string, shelf: string, colours: Record<string, number>): Jar => ({
  jar,
  shelf,
  label: null,
  colours,
  worth: BigInt(Object.values(colours).reduce((sum, n) => sum + n, 0)) * 3n,
  changed_at: AT,
});
const loaded = (...rows: Jar[]) =>
  new Map([['jar', new Map<string, Row>(rows.map((row) => [row.jar, row]))]]);
const nothing = loaded();

let log: EventLog<JarEvent>;
beforeEach(() => {
  log = new EventLog<JarEvent>();
});

function fold(before = nothing): Record<string, TableWrites> {
  const writes = foldBatch(jars, log.events, before);
  return Object.fromEntries(writes.map((one) => [one.table.name, one]));
}

describe('the keys to load', () => {
  it('are those of the rows that the events concern, each once', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'low' });
    log.record(JAR_B, 'JarPlaced', { shelf: 'low' });
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(keysToLoad(jars, log.events)).toEqual(new Map([['jar', new Set([A, B])]]));
  });
});

describe('an append rule', () => {
  it('gives the rows of every event, in their order', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'low' });
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(fold().jar_log).toMatchObject({
      kind: 'append',
      rows: [
        { position: 10n, what: 'placed' },
        { position: 20n, what: 'added' },
      ],
    });
  });
});

describe('a fold rule', () => {
  it('writes only the last state of a row', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'low' });
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 5 });
    log.record(JAR_A, 'MarblesTaken', { colour: 'red', count: 2 });
    expect(fold().jar).toMatchObject({ deletes: [], upserts: [{ jar: A, colours: { red: 3 }, worth: 9n }] });
  });

  it('goes on from the row that is there', () => {
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(fold(loaded(rowOf(A, 'low', { red: 2 }))).jar).toMatchObject({
      upserts: [{ colours: { red: 3 } }],
    });
  });

  it('deletes the row that folds to nothing', () => {
    log.record(JAR_A, 'JarBroken', {});
    expect(fold(loaded(rowOf(A, 'low', {}))).jar).toMatchObject({ deletes: [{ jar: A }], upserts: [] });
  });

  it('writes nothing for a row that comes and goes within the batch', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'low' });
    log.record(JAR_A, 'JarBroken', {});
    expect(fold().jar).toMatchObject({ deletes: [], upserts: [] });
    expect(fold().shelf_total).toMatchObject({ rows: [] });
  });

  it('writes nothing for a row that is left as it came', () => {
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(fold().jar).toMatchObject({ deletes: [], upserts: [] });
  });

  it('refuses a row under another key than its own', () => {
    const astray: Projection<JarEvent> = { ...jars, tables: [{ ...firstFold(), key: () => B }] };
    log.record(JAR_A, 'JarPlaced', { shelf: 'low' });
    expect(() => foldBatch(astray, log.events, nothing)).toThrow(`the row folded for key ${B}`);
  });

  it('has no handler for types that only look like one', () => {
    const odd = {
      ...log.record(JAR_A, 'JarBroken', {}),
      event: { type: 'constructor', data: {}, occurredAt: AT },
    };
    expect(
      foldBatch(jars, [odd], nothing).every((one) => one.kind !== 'append' || one.rows.length === 0),
    ).toBe(true);
  });
});

describe('an expand rule', () => {
  it('writes what is new or changed, and deletes what is no longer among the rows', () => {
    log.record(JAR_A, 'MarblesTaken', { colour: 'red', count: 2 });
    log.record(JAR_A, 'MarblesAdded', { colour: 'blue', count: 1 });
    log.record(JAR_A, 'MarblesAdded', { colour: 'green', count: 1 });
    expect(fold(loaded(rowOf(A, 'low', { red: 2, blue: 1, white: 7 }))).jar_colour).toMatchObject({
      deletes: [{ colour: 'red' }],
      upserts: [
        { colour: 'blue', marbles: 2 },
        { colour: 'green', marbles: 1 },
      ],
    });
  });

  it('refuses two rows of the same key', () => {
    const twice: Projection<JarEvent> = {
      ...jars,
      tables: jars.tables.map((rule) =>
        rule.shape === 'expand'
          ? { ...rule, rows: (row: Jar) => [...rule.rows(row), ...rule.rows(row)] }
          : rule,
      ),
    };
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(() => foldBatch(twice, log.events, loaded(rowOf(A, 'low', {})))).toThrow(
      'two rows of the same key',
    );
  });
});

describe('a sum rule', () => {
  it('adds what a changed row contributes and takes away what it did before', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'high' });
    log.record(JAR_B, 'MarblesAdded', { colour: 'red', count: 4 });
    const before = loaded(rowOf(A, 'low', { red: 2 }), rowOf(B, 'low', { red: 1 }));
    expect(fold(before).shelf_total).toMatchObject({
      rows: [
        { shelf: 'low', jars: -1, marbles: 2n },
        { shelf: 'high', jars: 1, marbles: 2n },
      ],
    });
  });

  it('drops what comes to zero', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'low', label: 'renamed' });
    expect(fold(loaded(rowOf(A, 'low', { red: 2 }))).shelf_total).toMatchObject({ rows: [] });
  });
});

describe('a cross rule', () => {
  const [stock, , shelved] = shelvedJars.tables as [Fold, unknown, Crossed];
  const references = [
    { key: 'low', label: 'jam', reads: ['shelf'] },
    { key: 'high', label: 'pickles', reads: ['shelf', 'marbles'] },
  ];
  const told: Row[] = [];
  const attentive: Crossed = {
    ...shelved,
    reads: ({ reads }) => reads as string[],
    rows: (row, reference) => {
      told.push({ reference: reference.key });
      return shelved.rows(row, reference);
    },
  };
  const projection: Projection<JarEvent> = { ...shelvedJars, tables: [stock, attentive] };
  const before = new Map([['stock', new Map<string, Row>([[A, { jar: A, shelf: 'high', marbles: 2 }]])]]);
  const crossed = () => {
    told.length = 0;
    return foldBatch(projection, log.events, before, new Map([['shelved', () => references]]))[1];
  };

  it('asks only the references that read what changed of a row', () => {
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(crossed()).toMatchObject({ deletes: [], upserts: [{ shelf: 'anywhere' }, { shelf: 'high' }] });
    expect(new Set(told.map(({ reference }) => reference))).toEqual(new Set(['high']));
  });

  it('asks all of them of a row that comes or goes', () => {
    log.record(JAR_A, 'JarBroken', {});
    expect(crossed()).toMatchObject({ deletes: [{ shelf: 'anywhere' }, { shelf: 'high' }], upserts: [] });
    expect(new Set(told.map(({ reference }) => reference))).toEqual(new Set(['low', 'high']));
  });
});

function firstFold() {
  const [rule] = jars.tables;
  if (rule?.shape !== 'fold') throw new Error('the first table of the jars is a fold');
  return rule;
}

describe('a join rule', () => {
  type Moves = { jar: string; moves: number };
  type Busy = { jar: string; shelf: string; moves: number };
  const moved = (row: Readonly<Moves> | null, { stream }: { stream: string }): Moves => ({
    jar: stream.slice('jar-'.length),
    moves: (row?.moves ?? 0) + 1,
  });
  const joined: Projection<JarEvent> = {
    ...jars,
    tables: [
      firstFold(),
      {
        shape: 'fold',
        table: { name: 'jar_moves', columns: { jar: 'uuid', moves: 'integer' }, key: ['jar'] },
        key: ({ stream }) => stream.slice('jar-'.length),
        evolve: { MarblesAdded: moved, MarblesTaken: moved } as never,
      },
      {
        shape: 'join',
        table: {
          name: 'jar_busy',
          columns: { jar: 'uuid', shelf: 'text', moves: 'integer' },
          key: ['shelf', 'jar'],
        },
        from: ['jar', 'jar_moves'],
        rows: ({ jar, shelf }: Jar, { moves }: Moves): Busy[] => [{ jar, shelf, moves }],
      },
    ],
  };
  const stored = (jar: Jar | null, moves: Moves | null) =>
    new Map([
      ['jar', new Map<string, Row>(jar ? [[A, jar]] : [])],
      ['jar_moves', new Map<string, Row>(moves ? [[A, moves]] : [])],
    ]);
  const busy = (before: ReturnType<typeof stored>) =>
    foldBatch(joined, log.events, before).find(({ table }) => table.name === 'jar_busy');

  it('needs both rows of a key when an event concerns one of them', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'high' });
    log.record(JAR_B, 'MarblesTaken', { colour: 'red', count: 1 });
    const both = new Set([A, B]);
    expect(keysToLoad(joined, log.events)).toEqual(
      new Map([
        ['jar', both],
        ['jar_moves', both],
      ]),
    );
  });

  it('follows a change of either row, with the other as it stands', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'high' });
    expect(busy(stored(rowOf(A, 'low', {}), { jar: A, moves: 3 }))).toMatchObject({
      deletes: [{ shelf: 'low', jar: A }],
      upserts: [{ shelf: 'high', jar: A, moves: 3 }],
    });
  });

  it('has no rows while one of the two is missing, and none any more once it is gone', () => {
    log.record(JAR_A, 'JarPlaced', { shelf: 'high' });
    expect(busy(stored(null, null))).toMatchObject({ deletes: [], upserts: [] });
    log.record(JAR_A, 'MarblesAdded', { colour: 'red', count: 1 });
    expect(busy(stored(null, null))).toMatchObject({ upserts: [{ shelf: 'high', moves: 1 }] });
    log.record(JAR_A, 'JarBroken', {});
    expect(busy(stored(rowOf(A, 'low', {}), { jar: A, moves: 3 }))).toMatchObject({
      deletes: [{ shelf: 'low', jar: A }],
      upserts: [],
    });
  });
});
