import { escapeIdentifier as quoted } from 'pg';
import { columnsOf, physicalTable, sqlType, type Build } from './build.js';
import type { AnyTable } from './projection.js';
import { summed } from './row.js';

/** A statement with a name, so that PostgreSQL prepares it once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * The statements for one table. Those that write take all rows of a batch as one JSON text: PostgreSQL gives them their
 * types, nothing has to be escaped, and of the ways measured it costs the event loop least (adr/0022).
 */
export interface TableSql {
  /** $1: keys; only where the key is one column */
  readonly load: Statement;
  /** $1: how many rows from the beginning, in the order of the key */
  readonly page: Statement;
  /** $1: how many rows, $2: the key after which they come; only where the key is one column */
  readonly pageAfter: Statement;
  /** $1: rows */
  readonly append: Statement;
  readonly upsert: Statement;
  /** $1: rows, of which the key columns count */
  readonly delete: Statement;
  /** $1: rows to add to those there are; what comes to zero is deleted */
  readonly add: Statement;
}

export function tableSql(build: Build, table: AnyTable): TableSql {
  const target = physicalTable(build, table);
  const all = columnsOf(table).map(([column]) => quoted(column));
  const list = all.join(', ');
  const key = table.key.map(quoted);
  const sameKey = key.map((column) => `t.${column} = given.${column}`).join(' AND ');
  const typed = columnsOf(table).map(([column, type]) => `${quoted(column)} ${sqlType(type).type}`);
  const given = `json_to_recordset($1) AS given (${typed.join(', ')})`;
  const others = all.filter((column) => !key.includes(column));
  const replacement = others.map((column) => `${column} = EXCLUDED.${column}`).join(', ');
  const append = `INSERT INTO ${target} (${list}) SELECT ${list} FROM ${given}`;
  const named = (operation: keyof TableSql, text: string): Statement => ({
    name: `${operation} ${table.name}_${build.label}`,
    text,
  });
  return {
    load: named('load', `SELECT ${list} FROM ${target} WHERE ${key[0]} = ANY($1)`),
    page: named('page', `SELECT ${list} FROM ${target} ORDER BY ${key.join(', ')} LIMIT $1`),
    pageAfter: named(
      'pageAfter',
      `SELECT ${list} FROM ${target} WHERE ${key[0]} > $2 ORDER BY ${key[0]} LIMIT $1`,
    ),
    append: named('append', append),
    upsert: named(
      'upsert',
      `${append} ON CONFLICT (${key.join(', ')}) DO ${replacement ? `UPDATE SET ${replacement}` : 'NOTHING'}`,
    ),
    delete: named('delete', `DELETE FROM ${target} AS t USING ${given} WHERE ${sameKey}`),
    add: named('add', addition(target, list, given, sameKey, summed(table).map(quoted))),
  };
}

function addition(target: string, list: string, given: string, sameKey: string, sums: string[]): string {
  const total = (column: string): string => `t.${column} + given.${column}`;
  return `MERGE INTO ${target} AS t USING (SELECT * FROM ${given}) AS given ON ${sameKey}
    WHEN MATCHED AND ${sums.map((column) => `${total(column)} = 0`).join(' AND ')} THEN DELETE
    WHEN MATCHED THEN UPDATE SET ${sums.map((column) => `${column} = ${total(column)}`).join(', ')}
    WHEN NOT MATCHED THEN INSERT (${list}) VALUES (${list})`;
}
