import { sqlType } from './build.js';
import type { AnyTable, ColumnType, Row, Value } from './projection.js';

/**
 * @returns for each column the array of what the rows hold there, as PostgreSQL writes an array as text. The driver would
 *   make such text of an array itself, at several times the cost (adr/0074)
 */
export const columnArrays = (table: AnyTable, columns: readonly string[], rows: readonly Row[]): string[] =>
  columns.map((column) => {
    const textOf = elementOf(table.columns[column] as ColumnType);
    return `{${rows.map((row) => textOf(row[column] ?? null)).join(',')}}`;
  });

function elementOf(type: ColumnType): (value: Value) => string {
  const unlessNull = (textOf: (value: Value) => string) => (value: Value) =>
    value === null ? 'NULL' : textOf(value);
  switch (sqlType(type).type) {
    case 'json':
    case 'jsonb':
      return unlessNull((value) => quoted(JSON.stringify(value)));
    case 'text':
      return unlessNull((value) => quoted(value as string));
    default:
      // Numbers, booleans, ids, days and instants hold nothing that an array would take for its own.
      return unlessNull((value) => (value as string | number | bigint | boolean).toString());
  }
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
