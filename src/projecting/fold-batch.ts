import type { DomainEvent } from '../event-store/event-definition.js';
import type { RecordedEvent } from '../event-store/envelope.js';
import { handlerOf } from './handlers.js';
import type {
  AnyProjection,
  AnyTable,
  AppendRule,
  CrossRule,
  ExpandRule,
  FoldRule,
  JoinRule,
  Reference,
  Row,
  SumRule,
} from './projection.js';
import { keyOf, plus, sameRow, summed } from './row.js';

/** What a batch does to one table. A deleted row is named by its key columns; an added row holds what is to be added. */
export type TableWrites =
  | { readonly kind: 'append'; readonly table: AnyTable; readonly rows: readonly Row[] }
  | { readonly kind: 'replace'; readonly table: AnyTable; readonly deletes: Row[]; readonly upserts: Row[] }
  | { readonly kind: 'add'; readonly table: AnyTable; readonly rows: readonly Row[] };

/** Rows of the fold tables as they stand in the database, by table name, then by key. */
export type LoadedRows = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** The references that a row of a cross's large table is crossed with by now, by the cross's table name. */
export type Crossings = ReadonlyMap<string, (key: string) => readonly Reference[]>;

interface Change {
  readonly before: Row | null;
  readonly after: Row | null;
}

/** What became of one folded row over a whole batch. */
interface FoldedChange extends Change {
  readonly key: string;
}

// Which events and which rows is checked where a rule is declared; here they are any.
type Fold = FoldRule<DomainEvent, Row>;
type Expand = ExpandRule<Row, Row>;
type Join = JoinRule<Row, Row, Row>;
export type Cross = CrossRule<Row, Reference, Row>;
type Sum = SumRule<Row, Row>;
type Append = AppendRule<DomainEvent, Row>;
type Rule = Fold | Expand | Join | Cross | Sum | Append;

/**
 * @returns for each fold table the keys that the events concern, each once: the rows that `foldBatch` must be given. Of
 *   two tables that are joined, both rows are needed when one may change
 */
export function keysToLoad(
  projection: AnyProjection,
  events: readonly RecordedEvent[],
): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const rule of projection.tables) {
    if (rule.shape !== 'fold') continue;
    const concerned = new Set<string>();
    for (const event of events) {
      const key = handlerOf(rule.evolve, event) ? rule.key(event) : null;
      if (key !== null) concerned.add(key);
    }
    keys.set(rule.table.name, concerned);
  }
  for (const rule of projection.tables) {
    if (rule.shape !== 'join') continue;
    const ofBoth = new Set(rule.from.flatMap((table) => [...(keys.get(table) ?? [])]));
    for (const table of rule.from) keys.set(table, ofBoth);
  }
  return keys;
}

/**
 * Folds events into what must be written, per table in the order of declaration. Pure: the same events over the same
 * rows give the same writes. Only the last state of a row within the batch is written.
 * @param events in the order of the log
 * @param loaded the rows named by `keysToLoad`; a key that is missing there has no row
 * @param crossings what rows are crossed with; a cross that is missing there has no references yet
 * @throws whatever a handler throws
 */
export function foldBatch(
  projection: AnyProjection,
  events: readonly RecordedEvent[],
  loaded: LoadedRows,
  crossings: Crossings = new Map(),
): TableWrites[] {
  const folded = new Map<string, FoldedChange[]>();
  const changesOf = (table: string): FoldedChange[] => folded.get(table) ?? [];
  const crossed = new Map<string, Change[]>();
  return (projection.tables as readonly Rule[]).map((rule): TableWrites => {
    const table = rule.table as AnyTable;
    switch (rule.shape) {
      case 'append':
        return { kind: 'append', table, rows: append(rule, events) };
      case 'fold':
        folded.set(table.name, fold(rule, events, loaded.get(table.name) ?? new Map<string, Row>()));
        return { kind: 'replace', table, ...replace(table, changesOf(table.name)) };
      case 'expand':
        return replacement(table, expand(table, changesOf(rule.from), rule.rows));
      case 'join':
        return replacement(table, join(rule, changesOf, loaded));
      case 'cross': {
        const changes = cross(rule, changesOf(rule.from), crossings.get(table.name));
        crossed.set(table.name, changes);
        return replacement(table, changes);
      }
      case 'sum':
        return { kind: 'add', table, rows: sum(rule, crossed.get(rule.from) ?? changesOf(rule.from)) };
    }
  });
}

/**
 * @param rows some of the large table of a cross, as they stand: their keys, and the columns that the references read
 * @param pairs references whose place another takes: null for one that is new, or gone
 * @returns what that changes of the cross's table, and of the sums over it
 */
export function crossBatch(
  projection: AnyProjection,
  rule: Cross,
  rows: readonly Row[],
  pairs: readonly (readonly [was: Reference | null, is: Reference | null])[],
): TableWrites[] {
  const all = (row: Row, references: readonly (Reference | null)[]): Row[] =>
    references.flatMap((one) => (one ? rule.rows(row, one) : []));
  const known = pairs.filter(([was]) => was !== null);
  const [was, is] = [known.map((pair) => pair[0]), known.map((pair) => pair[1])];
  const changes =
    known.length === 0 ? [] : rows.flatMap((row) => difference(rule.table, all(row, was), all(row, is)));
  // Of a reference that is new there are no rows yet, so there is nothing to compare or to replace.
  const fresh = pairs.filter((pair) => pair[0] === null).map((pair) => pair[1]);
  const added = rows.flatMap((row) => all(row, fresh));
  const changed = [...changes, ...added.map((after): Change => ({ before: null, after }))];
  const sums = (projection.tables as readonly Rule[]).flatMap((one): TableWrites[] =>
    one.shape === 'sum' && one.from === rule.table.name
      ? [{ kind: 'add', table: one.table, rows: sum(one, changed) }]
      : [],
  );
  return [replacement(rule.table, changes), { kind: 'append', table: rule.table, rows: added }, ...sums];
}

function append(rule: Append, events: readonly RecordedEvent[]): Row[] {
  const rows: Row[] = [];
  for (const event of events) {
    const on = handlerOf<(event: RecordedEvent) => Row[]>(rule.on, event);
    if (on) rows.push(...on(event));
  }
  return rows;
}

function fold(rule: Fold, events: readonly RecordedEvent[], rows: ReadonlyMap<string, Row>): FoldedChange[] {
  const after = new Map<string, Row | null>();
  for (const event of events) {
    const evolve = handlerOf<(row: Row | null, event: RecordedEvent) => Row | null>(rule.evolve, event);
    const key = evolve ? rule.key(event) : null;
    if (!evolve || key === null) continue;
    const inBatch = after.get(key);
    after.set(key, evolve(inBatch === undefined ? (rows.get(key) ?? null) : inBatch, event));
  }
  const changes: FoldedChange[] = [];
  for (const [key, row] of after) {
    const before = rows.get(key) ?? null;
    if (row !== before) changes.push({ key, before, after: row });
  }
  return changes;
}

function replace(table: AnyTable, changes: readonly FoldedChange[]): { deletes: Row[]; upserts: Row[] } {
  const [column] = table.key as [string];
  const deletes: Row[] = [];
  const upserts: Row[] = [];
  for (const { key, before, after } of changes) {
    if (after === null) {
      if (before) deletes.push(before);
    } else if (after[column] === key) upserts.push(after);
    else throw new Error(`${table.name}: the row folded for key ${key} carries another in ${column}`);
  }
  return { deletes, upserts };
}

/** @param rows what follows from one folded thing */
function expand<From>(
  table: AnyTable,
  changes: readonly { readonly before: From | null; readonly after: From | null }[],
  rows: (from: From) => Row[],
): Change[] {
  return changes.flatMap(({ before, after }) =>
    difference(table, before ? rows(before) : [], after ? rows(after) : []),
  );
}

/** What follows from a row before and after, by the references it is crossed with by now that read what changed of it. */
function cross(
  { table, rows, alone, reads }: Cross,
  changes: readonly FoldedChange[],
  referencesFor: (key: string) => readonly Reference[] = () => [],
): Change[] {
  return changes.flatMap(({ key, before, after }) => {
    const isConcerned = (one: Reference): boolean =>
      !before || !after || reads(one).some((column) => before[column] !== after[column]);
    const references = referencesFor(key).filter(isConcerned);
    const all = (row: Row | null): Row[] =>
      row ? [...(alone?.(row) ?? []), ...references.flatMap((one) => rows(row, one))] : [];
    return difference(table, all(before), all(after));
  });
}

/** @returns the rows that go, come or change */
function difference(table: AnyTable, before: Row[], after: Row[]): Change[] {
  const byKey = (list: Row[]): Map<string, Row> => {
    const keyed = new Map(list.map((row) => [keyOf(table, row), row]));
    if (keyed.size < list.length)
      throw new Error(`${table.name}: one folded row gave two rows of the same key`);
    return keyed;
  };
  const [old, now] = [byKey(before), byKey(after)];
  const changes: Change[] = [];
  for (const [key, row] of old) if (!now.has(key)) changes.push({ before: row, after: null });
  for (const [key, row] of now) {
    const was = old.get(key);
    if (!was || !sameRow(table, row, was)) changes.push({ before: was ?? null, after: row });
  }
  return changes;
}

function replacement(table: AnyTable, changes: readonly Change[]): TableWrites {
  const deletes: Row[] = [];
  // Of one key once: a row may leave one folded row and come under another in one batch.
  const upserts = new Map<string, Row>();
  for (const { before, after } of changes) {
    if (after) upserts.set(keyOf(table, after), after);
    else if (before) deletes.push(before);
  }
  return { kind: 'replace', table, deletes, upserts: [...upserts.values()] };
}

/** Two rows of one key, as they were and as they are, change together: what changed of one meets the other as it stands. */
function join(
  { table, from, rows }: Join,
  changesOf: (table: string) => FoldedChange[],
  loaded: LoadedRows,
): Change[] {
  const side = (name: string) => {
    const changes = new Map(changesOf(name).map((change) => [change.key, change]));
    const of = (key: string, when: 'before' | 'after'): Row | null => {
      const change = changes.get(key);
      return change ? change[when] : (loaded.get(name)?.get(key) ?? null);
    };
    return { changes, of };
  };
  const [one, other] = [side(from[0]), side(from[1])];
  const pair = (key: string, when: 'before' | 'after') => {
    const [first, second] = [one.of(key, when), other.of(key, when)];
    return first && second && ([first, second] as const);
  };
  const keys = new Set([...one.changes.keys(), ...other.changes.keys()]);
  const changes = [...keys].map((key) => ({ before: pair(key, 'before'), after: pair(key, 'after') }));
  return expand(table, changes, ([first, second]) => rows(first, second));
}

function sum({ table, addends }: Sum, changes: readonly Change[]): Row[] {
  const columns = summed(table);
  const totals = new Map<string, Row>();
  const add = (addend: Row, sign: 1 | -1): void => {
    const key = keyOf(table, addend);
    const total = totals.get(key);
    const row = total ?? { ...addend };
    for (const column of columns) row[column] = plus(total?.[column], addend[column], sign);
    if (!total) totals.set(key, row);
  };
  for (const { before, after } of changes) {
    if (before) for (const addend of addends(before)) add(addend, -1);
    if (after) for (const addend of addends(after)) add(addend, 1);
  }
  return [...totals.values()].filter((row) => columns.some((column) => Number(row[column]) !== 0));
}
