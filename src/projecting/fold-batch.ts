import type { DomainEvent } from '../event-store/event-definition.js';
import type { RecordedEvent } from '../event-store/envelope.js';
import { handlerOf } from './handlers.js';
import type {
  AnyProjection,
  AnyTable,
  AppendRule,
  ExpandRule,
  FoldRule,
  JoinRule,
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

/** What became of one folded row over a whole batch. */
interface Change {
  readonly key: string;
  readonly before: Row | null;
  readonly after: Row | null;
}

// Which events and which rows is checked where a rule is declared; here they are any.
type Fold = FoldRule<DomainEvent, Row>;
type Expand = ExpandRule<Row, Row>;
type Join = JoinRule<Row, Row, Row>;
type Sum = SumRule<Row, Row>;
type Append = AppendRule<DomainEvent, Row>;
type Rule = Fold | Expand | Join | Sum | Append;

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
 * @throws whatever a handler throws
 */
export function foldBatch(
  projection: AnyProjection,
  events: readonly RecordedEvent[],
  loaded: LoadedRows,
): TableWrites[] {
  const folded = new Map<string, Change[]>();
  const changesOf = (table: string): Change[] => folded.get(table) ?? [];
  return (projection.tables as readonly Rule[]).map((rule): TableWrites => {
    const table = rule.table as AnyTable;
    switch (rule.shape) {
      case 'append':
        return { kind: 'append', table, rows: append(rule, events) };
      case 'fold':
        folded.set(table.name, fold(rule, events, loaded.get(table.name) ?? new Map<string, Row>()));
        return { kind: 'replace', table, ...replace(table, changesOf(table.name)) };
      case 'expand':
        return { kind: 'replace', table, ...expand(table, changesOf(rule.from), rule.rows) };
      case 'join':
        return { kind: 'replace', table, ...join(rule, changesOf, loaded) };
      case 'sum':
        return { kind: 'add', table, rows: sum(rule, changesOf(rule.from)) };
    }
  });
}

function append(rule: Append, events: readonly RecordedEvent[]): Row[] {
  const rows: Row[] = [];
  for (const event of events) {
    const on = handlerOf<(event: RecordedEvent) => Row[]>(rule.on, event);
    if (on) rows.push(...on(event));
  }
  return rows;
}

function fold(rule: Fold, events: readonly RecordedEvent[], rows: ReadonlyMap<string, Row>): Change[] {
  const after = new Map<string, Row | null>();
  for (const event of events) {
    const evolve = handlerOf<(row: Row | null, event: RecordedEvent) => Row | null>(rule.evolve, event);
    const key = evolve ? rule.key(event) : null;
    if (!evolve || key === null) continue;
    const inBatch = after.get(key);
    after.set(key, evolve(inBatch === undefined ? (rows.get(key) ?? null) : inBatch, event));
  }
  const changes: Change[] = [];
  for (const [key, row] of after) {
    const before = rows.get(key) ?? null;
    if (row !== before) changes.push({ key, before, after: row });
  }
  return changes;
}

function replace(table: AnyTable, changes: readonly Change[]): { deletes: Row[]; upserts: Row[] } {
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
): { deletes: Row[]; upserts: Row[] } {
  const byKey = (list: Row[]): Map<string, Row> => {
    const keyed = new Map(list.map((row) => [keyOf(table, row), row]));
    if (keyed.size < list.length)
      throw new Error(`${table.name}: one folded row gave two rows of the same key`);
    return keyed;
  };
  const deletes = new Map<string, Row>();
  const upserts = new Map<string, Row>();
  for (const { before, after } of changes) {
    const old = byKey(before ? rows(before) : []);
    const now = byKey(after ? rows(after) : []);
    for (const [key, row] of old) if (!now.has(key)) deletes.set(key, row);
    for (const [key, row] of now) {
      const was = old.get(key);
      if (!was || !sameRow(table, row, was)) upserts.set(key, row);
    }
  }
  return { deletes: [...deletes.values()], upserts: [...upserts.values()] };
}

/** Two rows of one key, as they were and as they are, change together: what changed of one meets the other as it stands. */
function join(
  { table, from, rows }: Join,
  changesOf: (table: string) => Change[],
  loaded: LoadedRows,
): { deletes: Row[]; upserts: Row[] } {
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
