import { escapeIdentifier as quoted } from 'pg';
import { columnsOf, physicalTable, sqlType, type Build } from './build.js';
import type { AnyTable, ColumnType } from './projection.js';
import { summed } from './row.js';

/** A statement with a name, so that PostgreSQL prepares it once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The statements for one table. Those that write take the rows of a batch as arrays, one a column (adr/0074). */
export interface TableSql {
  /** $1: keys; only where the key is one column */
  readonly load: Statement;
  /** $1, $2, …: the columns of rows, as in `columnArrays` */
  readonly append: Statement;
  readonly upsert: Statement;
  /** rows to add to those there are; what comes to zero is deleted */
  readonly add: Statement;
  /** $1, $2, …: the columns of the keys of rows */
  readonly delete: Statement;
}

export function tableSql(build: Build, table: AnyTable): TableSql {
  const target = physicalTable(build, table);
  const all = columnsOf(table).map(([column]) => quoted(column));
  const list = all.join(', ');
  const key = table.key.map(quoted);
  const sameKey = key.map((column) => `t.${column} = given.${column}`).join(' AND ');
  const given = rowsGiven(columnsOf(table));
  const keysGiven = rowsGiven(table.key.map((column) => [column, table.columns[column] as ColumnType]));
  const others = all.filter((column) => !key.includes(column));
  const replacement = others.map((column) => `${column} = EXCLUDED.${column}`).join(', ');
  const append = `INSERT INTO ${target} (${list}) SELECT ${list} FROM ${given}`;
  const named = (operation: keyof TableSql, text: string): Statement => ({
    name: `${operation} ${table.name}_${build.label}`,
    text,
  });
  return {
    load: named('load', `SELECT ${list} FROM ${target} WHERE ${key[0]} = ANY($1)`),
    append: named('append', append),
    upsert: named(
      'upsert',
      `${append} ON CONFLICT (${key.join(', ')}) DO ${replacement ? `UPDATE SET ${replacement}` : 'NOTHING'}`,
    ),
    delete: named('delete', `DELETE FROM ${target} AS t USING ${keysGiven} WHERE ${sameKey}`),
    add: named('add', addition(target, list, given, sameKey, summed(table).map(quoted))),
  };
}

function rowsGiven(columns: readonly [string, ColumnType][]): string {
  const arrays = columns.map(([, type], n) => `$${n + 1}::${sqlType(type).type}[]`);
  return `unnest(${arrays.join(', ')}) AS given (${columns.map(([column]) => quoted(column)).join(', ')})`;
}

function addition(target: string, list: string, given: string, sameKey: string, sums: string[]): string {
  const total = (column: string): string => `t.${column} + given.${column}`;
  return `MERGE INTO ${target} AS t USING (SELECT * FROM ${given}) AS given ON ${sameKey}
    WHEN MATCHED AND ${sums.map((column) => `${total(column)} = 0`).join(' AND ')} THEN DELETE
    WHEN MATCHED THEN UPDATE SET ${sums.map((column) => `${column} = ${total(column)}`).join(', ')}
    WHEN NOT MATCHED THEN INSERT (${list}) VALUES (${list})`;
}
