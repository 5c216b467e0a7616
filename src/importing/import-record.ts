/** What a file to import may be, once unpacked. */
export type ImportFormat = 'ndjson' | 'csv';

/** One fact as it stands in a file, and the line on which it begins, counted from 1; or why it cannot be read. */
export type ImportRecord =
  | { readonly number: number; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly number: number; readonly fault: string };
