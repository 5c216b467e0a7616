import type { DomainEvent } from '../event-store/event-definition.js';
import type { RecordedEvent } from '../event-store/envelope.js';

/**
 * A projection is one value: a name, a version, and the tables it keeps. Its functions are pure: they see events and rows,
 * never a connection, a clock or HTTP, and never change what they are given. The engine reads, folds, writes and keeps
 * the checkpoint.
 */
export interface Projection<Event extends DomainEvent = DomainEvent> {
  readonly name: string;
  /** rises when the tables or what fills them change; each version has tables of its own (`<table>_v<version>`) */
  readonly version: number;
  /** whatever else the rows depend on, such as the business's time zone; a change of it rebuilds the tables */
  readonly parameters?: Readonly<Record<string, string>>;
  /** names of the streams it follows begin with one of these */
  readonly streams: readonly string[];
  readonly tables: readonly TableRule<Event>[];
}

type NotNull =
  | 'uuid' // string
  | 'text' // string
  | 'boolean' // boolean
  | 'integer' // number
  | 'bigint' // bigint
  | 'date' // string, 2024-03-31
  | 'timestamptz' // Instant
  | 'jsonb' // any JSON value; null is kept as SQL NULL
  | 'json'; // the same, kept as it was written: for what is read whole, and not looked into by queries

/** Column types, and what a row holds for them. A column is NOT NULL unless its type ends in a question mark. */
export type ColumnType = NotNull | `${NotNull}?`;

/** The column types that can hold a TypeScript type, so that a table and its row cannot drift apart. */
export type ColumnFor<V> = 0 extends 1 & V // any
  ? ColumnType
  : null extends V
    ? `${NotNullFor<Exclude<V, null>>}?`
    : NotNullFor<V>;

type NotNullFor<V> = [V] extends [string]
  ? 'uuid' | 'text' | 'date' | 'timestamptz' | AsJson
  : [V] extends [number]
    ? 'integer' | AsJson
    : [V] extends [bigint]
      ? 'bigint'
      : [V] extends [boolean]
        ? 'boolean' | AsJson
        : AsJson;

type AsJson = 'jsonb' | 'json';

export type Value = string | number | bigint | boolean | null | object;
export type Row = { [column: string]: Value };

export interface Table<R extends Row> {
  readonly name: string;
  readonly columns: { readonly [Column in keyof R & string]: ColumnFor<R[Column]> };
  /** primary key */
  readonly key: readonly (keyof R & string)[];
  /** may be added and removed without a new version */
  readonly indexes?: readonly (readonly (keyof R & string)[] | GinIndex<R>)[];
}

/** An index into what a value holds, by an operator class of PostgreSQL's or of an extension's that is there. */
export interface GinIndex<R extends Row> {
  readonly gin: keyof R & string;
  /** such as `gin_trgm_ops` */
  readonly operators: string;
}

/** A handler for each event of the union: none is forgotten when the union grows. */
export type Handlers<Event extends DomainEvent, Result, Before extends unknown[]> = {
  readonly [Type in Event['type']]: (
    ...args: [...Before, event: RecordedEvent<Extract<Event, { type: Type }>>]
  ) => Result;
};

/** Shape 1, append: an event gives rows, which no later event changes. */
export interface AppendRule<Event extends DomainEvent, R extends Row> {
  readonly shape: 'append';
  readonly table: Table<R>;
  readonly on: Handlers<Event, R[], []>;
}

/**
 * Shape 2, fold: the row of a key after an event follows from the row before it. `key` names the value of the table's
 * (single) key column, null where the event concerns no row; a fold to null removes the row.
 */
export interface FoldRule<Event extends DomainEvent, R extends Row> {
  readonly shape: 'fold';
  readonly table: Table<R>;
  readonly key: (event: RecordedEvent<Event>) => string | null;
  /** to leave the row as it is, return it as it came: what is the same object is not written */
  readonly evolve: Handlers<Event, R | null, [row: Readonly<R> | null]>;
}

/**
 * Shape 2b, expand: rows that follow from one folded row (the intervals of a client's memberships). When the folded row
 * changes, rows that are no longer among them go, new and changed ones are written. No two folded rows share a key.
 */
export interface ExpandRule<From extends Row, R extends Row> {
  readonly shape: 'expand';
  readonly table: Table<R>;
  /** name of the fold table, earlier in `tables` */
  readonly from: string;
  readonly rows: (row: From) => R[];
}

/**
 * Shape 2c, join: rows that follow from what two folded tables hold of one key, as `expand` has them from one. As long as
 * only one of the two has a row of the key, there are none.
 */
export interface JoinRule<One extends Row, Other extends Row, R extends Row> {
  readonly shape: 'join';
  readonly table: Table<R>;
  /** names of two fold tables, earlier in `tables`, whose keys are the same */
  readonly from: readonly [one: string, other: string];
  readonly rows: (one: One, other: Other) => R[];
}

/** A reference row of a cross as JSON, by which rows follow; two with the same content give the same rows. */
export type Reference = Readonly<Record<string, unknown>> & { readonly key: string };

/** All rows of some small fold tables, by table name, then by key. They are kept as JSON, so they hold no bigint. */
export type Held = Readonly<Record<string, Readonly<Record<string, Row>>>>;

/**
 * Shape 2d, cross: rows that follow from each row of a large folded table (clients) and each of a few references
 * (definitions), which come from small tables held in memory. When a row changes, what follows from it is compared and
 * written, as `expand` does. When the references change, the new ones are filled in over all rows, chunk by chunk and
 * beside the events, so the table is complete some time after the event (cross-fill.ts). No two rows share a key.
 */
export interface CrossRule<From extends Row, Ref extends Reference, R extends Row> {
  readonly shape: 'cross';
  readonly table: Table<R>;
  /** name of the large fold table, earlier in `tables`; its key is a uuid */
  readonly from: string;
  /** names of the small fold tables, earlier in `tables` */
  readonly with: readonly string[];
  /** @returns what rows are crossed with, each with a key of its own */
  readonly references: (held: Held) => Ref[];
  /**
   * @returns the columns, the key apart, on which it depends what follows from a row and a reference. A fill reads no
   *   others, so rows are given to `rows` without them; a row that changes elsewhere is not crossed anew
   */
  readonly reads: (reference: Ref) => readonly (keyof From & string)[];
  readonly rows: (row: From, reference: Ref) => R[];
  /** rows that follow from a row alone, whatever the references; they are there at once */
  readonly alone?: (row: From) => R[];
  /** how many rows of the large table are filled in one transaction (2,000); live events wait for no more than that */
  readonly chunk?: number;
}

/**
 * Shape 3, delta: counters kept as the sum of what every row of a fold or a cross contributes. When a row changes, the engine
 * adds its new addends and takes away its old ones, so a late, corrected or voided fact restates the past by itself.
 * Columns that are not part of the key are summed (integer or bigint); a row whose sums are all zero is no row.
 */
export interface SumRule<From extends Row, R extends Row> {
  readonly shape: 'sum';
  readonly table: Table<R>;
  /** name of a fold or cross table, earlier in `tables` */
  readonly from: string;
  readonly addends: (row: From) => R[];
}

/* eslint-disable @typescript-eslint/no-explicit-any -- each rule is typed by its own row; a list of them is not */
export type TableRule<Event extends DomainEvent = DomainEvent> =
  | AppendRule<Event, any>
  | FoldRule<Event, any>
  | ExpandRule<any, any>
  | JoinRule<any, any, any>
  | CrossRule<any, any, any>
  | SumRule<any, any>;
/** A projection of some events or other, as the engine sees it; a table of some rows or other. */
export type AnyProjection = Projection<any>;
export type AnyRule = TableRule<any>;
export type AnyTable = Table<any>;
