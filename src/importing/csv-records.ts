import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { nearestName } from '../nearest-name.js';
import { factTypes } from './client-fact.js';
import type { ImportRecord } from './import-record.js';
import { LONGEST_LINE } from './lines.js';
import { lineTypes } from './line-format.js';

/** The file cannot be taken as CSV at all; nothing of it was recorded. */
export class UnreadableCsv extends Error {
  constructor(why: string) {
    super(`the file cannot be read as CSV: ${why}`);
    this.name = 'UnreadableCsv';
  }
}

/** Every name that is a column: those of the fields of all types. */
const COLUMNS: ReadonlySet<string> = new Set(factTypes.flatMap((type) => [...lineTypes[type].fields]));
const REQUIRED = ['type', 'clientRef', 'occurredAt'];
const BATCH = 500;

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * Facts from CSV (RFC 4180): the first row names the columns, which are the fields of the import format; an empty cell is
 * a field left out, several values in a cell are parted by `|`.
 * @throws UnreadableCsv where the header or the bytes are not what they must be, before anything else of the file is read
 */
export async function* csvRecords(input: AsyncIterable<Buffer>): AsyncGenerator<ImportRecord[]> {
  const skipped: ImportRecord[] = [];
  const rows = parse({
    ...{ bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true },
    ...{ maxRecordSize: LONGEST_LINE, skipRecordsWithError: true },
    onSkip: (error) => {
      if (error) skipped.push({ number: Number(error.lines), fault: reasonOf(error) });
      return undefined;
    },
  });
  // Its errors come out of the loop below.
  pipeline(Readable.from(decoded(input)), rows, () => undefined);
  let columns: readonly string[] | undefined;
  let batch: ImportRecord[] = [];
  for await (const { record, info } of rows as AsyncIterable<Parsed>) {
    if (!columns) columns = columnsOf(record);
    else batch.push(recordOf(columns, record, info.lines));
    if (batch.length < BATCH) continue;
    yield [...skipped.splice(0), ...batch];
    batch = [];
  }
  if (!columns) throw new UnreadableCsv('it has no header row that names the columns');
  yield [...skipped, ...batch];
}

/** A spreadsheet may save in another encoding, in which names would be garbled for ever; so nothing is taken from it. */
async function* decoded(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of input) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new UnreadableCsv('it is not in UTF-8; save it as CSV UTF-8');
    throw error;
  }
}

function columnsOf(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const unknown = names.find((name) => !COLUMNS.has(name));
  if (unknown !== undefined) {
    const meant = nearestName(unknown, [...COLUMNS]);
    const said = /^[A-Za-z_][\w.-]{0,39}$/.test(unknown)
      ? `unknown column ${unknown}`
      : 'a column with an odd name';
    const hint =
      meant === undefined
        ? `; columns are ${[...COLUMNS].join(', ')}, parted by commas`
        : ` (meant: ${meant}?)`;
    throw new UnreadableCsv(`${said}${hint}`);
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UnreadableCsv(`column ${twice} is there twice`);
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new UnreadableCsv(`it lacks the column ${missing.join(' and the column ')}`);
  return names;
}

/** @param lastLine on which the row ends; cells may span lines */
function recordOf(columns: readonly string[], cells: readonly string[], lastLine: number): ImportRecord {
  const number =
    lastLine - cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
  if (cells.length > columns.length)
    return { number, fault: `the row has ${cells.length} cells, but there are ${columns.length} columns` };
  const type = factTypes.find((known) => known === cells[columns.indexOf('type')]);
  const kinds = type && lineTypes[type].kinds;
  const fields: Record<string, unknown> = {};
  cells.forEach((cell, at) => {
    const name = columns[at] as string;
    if (cell !== '') fields[name] = valueOf(cell, kinds?.get(name));
  });
  return { number, fields };
}

/** A cell that is not of its kind stays text, which the check of the field then refuses in the words of the format. */
function valueOf(cell: string, kind: string | undefined): unknown {
  if (kind === 'array') return cell.split('|').map((item) => item.trim());
  if (kind === 'boolean' && /^(true|false)$/.test(cell)) return cell === 'true';
  if ((kind === 'integer' || kind === 'number') && /^-?\d{1,15}(\.\d+)?$/.test(cell)) return Number(cell);
  return cell;
}

function reasonOf({ code }: CsvError): string {
  if (code === 'CSV_MAX_RECORD_SIZE') return `longer than ${LONGEST_LINE} bytes`;
  return 'its quotes are not those of CSV: a cell with a quote stands in quotes, and the quote in it is doubled';
}
