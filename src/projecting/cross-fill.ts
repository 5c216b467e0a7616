import { isDeepStrictEqual } from 'node:util';
import { escapeIdentifier as quoted, type Pool, type QueryConfig } from 'pg';
import { physicalTable, type Build } from './build.js';
import { faultIn } from './fault.js';
import { crossBatch, type Cross, type TableWrites } from './fold-batch.js';
import type { AnyTable, Held, Reference, Row } from './projection.js';

const CHUNK = 2_000;

/**
 * How far a cross is filled. Rows of the large table up to and including the cursor are crossed with what follows from
 * `filling`, those after it with what follows from `filled`; so at every commit each row is crossed with a known set.
 */
interface State {
  readonly filled: Held;
  /** null when nothing is being filled: then `filled` is what the small tables hold */
  readonly filling: Held | null;
  /** null before the first chunk */
  readonly cursor: string | null;
  /** how often it was written: a step whose answer was lost is not taken twice */
  readonly steps: number;
}

const NOTHING: State = { filled: {}, filling: null, cursor: null, steps: 0 };

/** What a fill comes to: references whose place another takes, and the columns of the large table that it reads for them. */
interface FillWork {
  readonly pairs: readonly (readonly [was: Reference | null, is: Reference | null])[];
  readonly columns: readonly string[];
}

interface Crossed {
  readonly writes: readonly TableWrites[];
  readonly last: string | null;
}

/** What a transaction does to a fill, and what it is afterwards. */
export interface FillStep {
  readonly statements: readonly QueryConfig[];
  readonly committed: () => void;
}

/** A chunk: what it writes, and how the fill goes on. */
export interface FillChunk extends FillStep {
  readonly writes: readonly TableWrites[];
}

/** Keeps one cross table of one build, under one lead. Nothing in memory moves before the transaction has. */
export class CrossFill {
  private held: Held = {};
  private state: State = NOTHING;
  private was: readonly Reference[] = [];
  private is: readonly Reference[] = [];
  private work: FillWork | undefined;
  /** the next chunk, read and crossed while this one is written; nothing but a batch of events changes what it comes to */
  private ahead: { readonly after: string; readonly crossed: Promise<Crossed> } | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly build: Build,
    readonly rule: Cross,
  ) {}

  /** To be called once the lead is taken, before anything is written under it. */
  async load(): Promise<void> {
    const held: Record<string, Record<string, Row>> = {};
    for (const { name, key, ...table } of this.tables(this.rule.with)) {
      const [column] = key as [string];
      const { rows } = await this.pool.query<Row>(
        `SELECT * FROM ${physicalTable(this.build, { name, key, ...table })}`,
      );
      held[name] = Object.fromEntries(rows.map((row) => [row[column] as string, row]));
    }
    this.held = held;
    const { rows } = await this.pool.query<State>(
      'SELECT filled, filling, cursor, steps FROM projection.cross_fill WHERE name = $1 AND build = $2 AND table_name = $3',
      this.place,
    );
    this.become(rows[0] ?? NOTHING);
  }

  get isFilled(): boolean {
    return this.state.filling === null;
  }

  /** Where the next chunk begins, for who is told that it fails. */
  get cursor(): string {
    return this.state.cursor ?? 'the beginning';
  }

  /** @returns what the row of a key is crossed with by now */
  referencesFor(key: string): readonly Reference[] {
    const { cursor } = this.state;
    return cursor !== null && key <= cursor ? this.is : this.was;
  }

  /** @returns what is to be done in the transaction that writes a batch, so that a change of references is not forgotten */
  after(writes: readonly TableWrites[]): FillStep | null {
    this.ahead = undefined;
    const held = { ...this.held };
    for (const { kind, table, ...changes } of writes) {
      if (kind !== 'replace' || !this.rule.with.includes(table.name)) continue;
      const { deletes, upserts } = changes as { deletes: readonly Row[]; upserts: readonly Row[] };
      if (deletes.length + upserts.length === 0) continue;
      const [column] = table.key as [string];
      const rows = { ...held[table.name] };
      for (const row of deletes) delete rows[row[column] as string];
      for (const row of upserts) rows[row[column] as string] = row;
      held[table.name] = rows;
    }
    if (isSame(held, this.held)) return null;
    // A fill under way comes to its end first; what changed meanwhile is the next.
    const fresh = this.state.cursor === null ? { ...this.state, filling: held } : this.state;
    const state = { ...fresh, steps: this.state.steps + 1 };
    return {
      statements: [this.save(state)],
      committed: () => {
        this.held = held;
        this.become(state);
      },
    };
  }

  /** @returns the next chunk; to be written by the transaction that finds the checkpoint unmoved */
  async chunk(): Promise<FillChunk> {
    const { filling, cursor } = this.state;
    if (!filling) throw new Error(`${this.rule.table.name} is filled`);
    const { ahead } = this;
    this.ahead = undefined;
    const { writes, last } = await (ahead?.after === cursor ? ahead.crossed : this.crossed(cursor));
    const next = isSame(this.held, filling) ? null : this.held;
    const steps = this.state.steps + 1;
    const state: State =
      last === null
        ? { filled: filling, filling: next, cursor: null, steps }
        : { ...this.state, cursor: last, steps };
    const statements = [last === null ? this.save(state) : this.moveCursor(state)];
    if (last !== null) this.workAhead(last);
    return { writes, statements, committed: () => this.become(state) };
  }

  private workAhead(after: string): void {
    const crossed = this.crossed(after);
    this.ahead = { after, crossed };
    // Who asks for the chunk is told; perhaps nobody does.
    crossed.catch(() => undefined);
  }

  /** @returns what the rows after the cursor come to, and the last of them; null where no others follow */
  private async crossed(cursor: string | null): Promise<Crossed> {
    const [large] = this.tables([this.rule.from]) as [AnyTable];
    const { pairs, columns } = (this.work ??= faultIn(() => this.workOf(large)));
    const rows = pairs.length === 0 ? [] : await this.rowsAfter(large, columns, cursor);
    const writes = faultIn(() => crossBatch(this.build.projection, this.rule, rows, pairs));
    const last = rows.length < this.most ? null : (rows.at(-1)?.[large.key[0] as string] as string);
    return { writes, last };
  }

  private workOf({ key }: AnyTable): FillWork {
    const pairs = pairsOf(this.was, this.is);
    const references = pairs.flat().filter((one) => one !== null);
    return { pairs, columns: [...new Set([...key, ...references.flatMap(this.rule.reads)])] };
  }

  private async rowsAfter(
    large: AnyTable,
    columns: readonly string[],
    cursor: string | null,
  ): Promise<Row[]> {
    const [key] = large.key.map(quoted);
    const after = cursor === null ? '' : `WHERE ${key} > $2`;
    const { rows } = await this.pool.query<Row>(
      `SELECT ${columns.map(quoted).join(', ')} FROM ${physicalTable(this.build, large)} ${after}
        ORDER BY ${key} LIMIT $1`,
      [this.most, ...(cursor === null ? [] : [cursor])],
    );
    return rows;
  }

  private become(state: State): void {
    const { filled, filling } = this.state;
    const fresh = this.was.length === 0 && this.is.length === 0;
    if (fresh || state.filled !== filled || state.filling !== filling) this.work = undefined;
    if (fresh || state.filled !== filled) this.was = this.referencesOf(state.filled);
    if (fresh || state.filling !== filling)
      this.is = state.filling ? this.referencesOf(state.filling) : this.was;
    this.state = state;
  }

  private referencesOf(held: Held): Reference[] {
    const all = Object.fromEntries(this.rule.with.map((table) => [table, held[table] ?? {}]));
    return faultIn(() => this.rule.references(all));
  }

  private save({ filled, filling, cursor, steps }: State): QueryConfig {
    return {
      text: onlyOnce(`INSERT INTO projection.cross_fill AS fill (name, build, table_name, filled, filling, cursor, steps)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name, build, table_name)
        DO UPDATE SET filled = EXCLUDED.filled, filling = EXCLUDED.filling, cursor = EXCLUDED.cursor,
          steps = EXCLUDED.steps WHERE fill.steps = EXCLUDED.steps - 1`),
      values: [
        ...this.place,
        JSON.stringify(filled),
        filling === null ? null : JSON.stringify(filling),
        ...[cursor, steps],
      ],
    };
  }

  private moveCursor({ cursor, steps }: State): QueryConfig {
    return {
      text: onlyOnce(`UPDATE projection.cross_fill SET cursor = $4, steps = $5
        WHERE name = $1 AND build = $2 AND table_name = $3 AND steps = $5 - 1`),
      values: [...this.place, cursor, steps],
    };
  }

  private get most(): number {
    return this.rule.chunk ?? CHUNK;
  }

  private get place(): string[] {
    return [this.build.name, this.build.label, this.rule.table.name];
  }

  private tables(names: readonly string[]): AnyTable[] {
    return this.build.projection.tables
      .map((rule) => rule.table as AnyTable)
      .filter((table) => names.includes(table.name));
  }
}

/** Fails as `moveCheckpoint` does unless it writes a row: a chunk does not move the checkpoint, so this has to tell. */
const onlyOnce = (statement: string): string =>
  `WITH moved AS (${statement} RETURNING 1) SELECT 1 / count(*) FROM moved`;

/** Whatever the order of members, which jsonb does not keep. */
const isSame = (one: unknown, other: unknown): boolean => one === other || isDeepStrictEqual(one, other);

/** @returns only those that are not the same on both sides */
function pairsOf(
  was: readonly Reference[],
  is: readonly Reference[],
): [was: Reference | null, is: Reference | null][] {
  const before = new Map(was.map((one) => [one.key, one]));
  const after = new Map(is.map((one) => [one.key, one]));
  if (before.size < was.length || after.size < is.length) throw new Error('two references have one key');
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((key): [Reference | null, Reference | null] => [before.get(key) ?? null, after.get(key) ?? null])
    .filter(([one, other]) => !isSame(one, other));
}
