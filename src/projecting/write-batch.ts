import type { DatabaseError, Pool, QueryConfig } from 'pg';
import type { Build } from './build.js';
import { LeadLost, NOT_MOVED, moveCheckpoint, type Lead, type Progress } from './checkpoint.js';
import { columnArrays } from './column-arrays.js';
import { HandlerFault, faultIn } from './fault.js';
import { FlightFailed, flight } from './flight.js';
import type { LoadedRows, TableWrites } from './fold-batch.js';
import type { AnyTable, Row } from './projection.js';
import { tableSql, type Statement, type TableSql } from './table-sql.js';

/** What a crash of the server takes back is projected again, since the checkpoint goes back with it. */
const BEGIN = { text: 'BEGIN; SET LOCAL synchronous_commit = off' };
const COMMIT = { text: 'COMMIT' };

/** Reads and writes the tables of one build, a batch at a time and set-wise: a handful of statements, however many rows. */
export class BatchWriter {
  private readonly sql = new Map<AnyTable, TableSql>();

  constructor(
    private readonly pool: Pool,
    private readonly build: Build,
  ) {
    for (const { table } of build.projection.tables)
      this.sql.set(table as AnyTable, tableSql(build, table as AnyTable));
  }

  /** @returns the folded rows of these keys (by table name) as they stand */
  async load(keys: ReadonlyMap<string, ReadonlySet<string>>): Promise<LoadedRows> {
    const wanted = [...this.sql].flatMap(([table, { load }]) => {
      const some = keys.get(table.name);
      return some && some.size > 0 ? [{ table, some, statement: { ...load, values: [[...some]] } }] : [];
    });
    if (wanted.length === 0) return new Map();
    const found = await flight(
      this.pool,
      wanted.map(({ statement }) => statement),
    ).catch(causeOf);
    return new Map(
      wanted.map(({ table, some }, n) => [table.name, keyed(table, found[n]?.rows as Row[], some)]),
    );
  }

  /**
   * Writes a batch and moves the checkpoint, in one transaction. The checkpoint goes first: it holds off whoever is just
   * taking the lead until the batch is in. All statements are sent at once, the commit too: after one that fails it undoes
   * what the others did.
   * @param applied how many events the batch holds
   * @param besides statements that say how far crosses are filled; they fail with `NOT_MOVED` as the checkpoint does
   * @throws LeadLost if the checkpoint is not where `lead` says; nothing is written then
   */
  async write(
    lead: Lead,
    to: Progress,
    writes: readonly TableWrites[],
    applied: number,
    besides: readonly QueryConfig[] = [],
  ): Promise<void> {
    const statements = [...writes.flatMap((one) => this.statements(one)), ...besides];
    try {
      await flight(this.pool, [BEGIN, moveCheckpoint(this.build, lead, to, applied), ...statements, COMMIT]);
    } catch (error) {
      const mine = statements.length - besides.length + 2;
      const moved = error instanceof FlightFailed && (error.at === 1 || error.at >= mine);
      if (moved && (error.cause as DatabaseError).code === NOT_MOVED) throw new LeadLost(this.build);
      causeOf(error);
    }
  }

  private statements(writes: TableWrites): QueryConfig[] {
    const sql = this.sql.get(writes.table);
    if (!sql) throw new Error(`${writes.table.name} is no table of ${this.build.name}`);
    const { table } = writes;
    const run = (
      statement: Statement,
      rows: readonly Row[],
      columns = Object.keys(table.columns),
    ): QueryConfig[] =>
      rows.length > 0 ? [{ ...statement, values: faultIn(() => columnArrays(table, columns, rows)) }] : [];
    switch (writes.kind) {
      case 'append':
        return run(sql.append, writes.rows);
      case 'add':
        return run(sql.add, writes.rows);
      case 'replace':
        // First the deletes: a row may leave one folded row and come under another in one batch.
        return [...run(sql.delete, writes.deletes, [...table.key]), ...run(sql.upsert, writes.upserts)];
    }
  }
}

function causeOf(error: unknown): never {
  throw error instanceof FlightFailed ? error.cause : error;
}

function keyed(table: AnyTable, rows: readonly Row[], wanted: ReadonlySet<string>): Map<string, Row> {
  const [column] = table.key as [string];
  const byKey = new Map(rows.map((row) => [row[column] as string, row]));
  // An upper-case UUID, say, finds its row here but not in memory; folding on as if there were none would lose it.
  for (const key of byKey.keys())
    if (!wanted.has(key))
      throw new HandlerFault(
        new Error(`${table.name}: a key is not in the form PostgreSQL gives it, ${key}`),
      );
  return byKey;
}
