import { csvRecords } from './csv-records.js';
import type { ImportFormat, ImportRecord } from './import-record.js';
import { linesOf, type Line } from './lines.js';

/**
 * @param input unpacked bytes, in UTF-8
 * @param format what they are; where it is not told, the first character tells: `{` begins NDJSON
 * @returns the facts of the file in batches, in the order of the file
 * @throws UnreadableCsv if the file as a whole cannot be read as CSV
 */
export async function* recordsOf(
  input: AsyncIterable<Buffer>,
  format?: ImportFormat,
): AsyncGenerator<ImportRecord[]> {
  const chunks = input[Symbol.asyncIterator]();
  const begun: Buffer[] = [];
  let first = '';
  while (format === undefined && first === '') {
    const next = await chunks.next();
    if (next.done) break;
    begun.push(next.value);
    first = /[^\s\u{FEFF}]/u.exec(Buffer.concat(begun).toString())?.[0] ?? '';
  }
  const whole = joined(begun, chunks);
  if (format === 'csv' || (format === undefined && first !== '' && first !== '{')) yield* csvRecords(whole);
  else for await (const lines of linesOf(whole)) yield lines.map(parsed);
}

async function* joined(begun: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* begun;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const NO_OBJECT = 'a line must hold one fact as a JSON object';

function parsed(line: Line): ImportRecord {
  if ('fault' in line) return line;
  const { number, text } = line;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { number, fields: value as Record<string, unknown> } : { number, fault: NO_OBJECT };
  } catch {
    // The parser's message quotes the line.
    return { number, fault: `not valid JSON: ${NO_OBJECT}` };
  }
}
