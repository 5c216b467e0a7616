import { stringify } from 'csv-stringify/sync';

type Cell = string | number | bigint | boolean | null;

/**
 * Rows as CSV (RFC 4180, with a header line). Nested objects become columns named with dots (`address.city`), lists stand
 * as JSON in one cell. Text that a spreadsheet would take for a formula is led by an apostrophe.
 * @param columns which, in this order; without it those of all rows, in the order in which they first appear
 */
export function toCsv(rows: readonly object[], columns?: readonly string[]): string {
  const flat = rows.map(flatten);
  const names = columns ?? [...new Set(flat.flatMap((row) => [...row.keys()]))];
  if (names.length === 0) return '';
  const lines = flat.map((row) => names.map((name) => row.get(name) ?? null));
  return stringify([names, ...lines], {
    escape_formulas: true,
    record_delimiter: 'windows',
    // Off once the delimiter is named; a lone line feed in a note would then split its row.
    quote_record_delimiter: true,
    cast: { boolean: String },
  });
}

/** A map, not an object: its keys can be words of a client's own, such as `__proto__`. */
function flatten(row: object): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const walk = (value: unknown, path: string) => {
    if (value === undefined) return;
    if (value instanceof Date) cells.set(path, value.toISOString());
    else if (Array.isArray(value)) cells.set(path, JSON.stringify(value));
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    else cells.set(path, value as Cell);
  };
  walk(row, '');
  return cells;
}
