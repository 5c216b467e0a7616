import { describe, expect, it } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import { readFileSync } from 'node:fs';
import { ImportIds } from './import-ids.js';
import { readImportLine } from './import-line.js';
import type { ImportFormat, ImportRecord } from './import-record.js';
import { recordsOf } from './records.js';

/** In pieces that cut through lines, cells and characters. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) {
    await Promise.resolve();
    yield bytes.subarray(from, from + size);
  }
}

async function read(file: string | Buffer, format?: ImportFormat, size = 7): Promise<ImportRecord[]> {
  const records: ImportRecord[] = [];
  for await (const batch of recordsOf(inPieces(Buffer.from(file), size), format)) records.push(...batch);
  return records.sort((a, b) => a.number - b.number);
}

const reason = (record: ImportRecord | undefined) => (record && 'fault' in record ? record.fault : record);

describe('a file of NDJSON', () => {
  it('gives an object for each line that is not empty, with the number of the line', async () => {
    expect(await read('\n{"type":"noted"}\r\n\n{"type":"closed"}')).toEqual([
      { number: 2, fields: { type: 'noted' } },
      { number: 4, fields: { type: 'closed' } },
    ]);
  });

  it.each([
    ['no JSON', '{"type":"noted", "text": secret', /not valid JSON/],
    ['JSON that is no object', '["secret"]', /JSON object/],
    ['null', 'null', /JSON object/],
  ])('refuses a line with %s, and does not quote it', async (_what, line, says) => {
    const [record] = await read(`${line}\n`, 'ndjson');
    expect(reason(record)).toMatch(says);
    expect(reason(record)).not.toMatch(/secret/);
  });
});

const HEADER = 'type,clientRef,occurredAt,serviceRef,amountMinor,currency,tags,text,rating';

describe('a file of CSV', () => {
  it('gives each cell that is not empty under the name of its column, as what the format wants', async () => {
    const file = [
      HEADER,
      'converted,C-1,2024-01-02T09:00:00Z,,,,vip|garden,,',
      'serviced,C-1,2024-01-09T09:00:00Z,007,8200,CAD,,,5',
    ].join('\r\n');
    const common = { clientRef: 'C-1' };
    expect(await read(`\u{FEFF}${file}\r\n`)).toEqual([
      {
        number: 2,
        fields: {
          ...{ type: 'converted', ...common, occurredAt: '2024-01-02T09:00:00Z', tags: ['vip', 'garden'] },
        },
      },
      {
        number: 3,
        fields: {
          ...{ type: 'serviced', ...common, occurredAt: '2024-01-09T09:00:00Z' },
          // A job number is text, also where it looks like a number.
          ...{ serviceRef: '007', amountMinor: 8200, currency: 'CAD', rating: 5 },
        },
      },
    ]);
  });

  it('counts lines as an editor does, also where a cell spans several', async () => {
    const file = `${HEADER}\nnoted,C-1,2024-01-02T09:00:00Z,,,,,"one\n""two"", three\nMüller",\n\nnoted,C-2,x,,,,,y,\n`;
    const records = await read(file);
    expect(records.map(({ number }) => number)).toEqual([2, 6]);
    expect(records[0]).toMatchObject({ fields: { text: 'one\n"two", three\nMüller' } });
  });

  it('leaves what is no number to the check of the field', async () => {
    const [record] = await read(`${HEADER}\nserviced,C-1,2024-01-02T09:00:00Z,J-1,82.5x,CAD,,,\n`);
    if (!record || 'fault' in record) throw new Error('it is a record');
    expect(record.fields.amountMinor).toBe('82.5x');
    const refused = readImportLine(record.fields, new ImportIds('crm'), '2026-11-22T12:00:00.000Z');
    expect(refused).toMatch(/amountMinor/);
  });

  it('refuses a row with more cells than columns, and goes on', async () => {
    const records = await read(`${HEADER}\na,b,c,d,e,f,g,h,i,secret\nnoted,C-1,x,,,,,y,\n`);
    expect(reason(records[0])).toBe('the row has 10 cells, but there are 9 columns');
    expect(records[1]).toMatchObject({ number: 3, fields: { text: 'y' } });
  });

  it.each([
    ['an unknown column', 'type,clientRef,occuredAt', /unknown column occuredAt \(meant: occurredAt\?\)/],
    ['semicolons between its columns', 'type;clientRef;occurredAt', /parted by commas/],
    ['a column twice', 'type,clientRef,occurredAt,text,text', /column text is there twice/],
    ['no column for the type', 'clientRef,occurredAt', /lacks the column type/],
    ['nothing in it', '', /no header row/],
  ])('is refused as a whole with %s', async (_what, header, says) => {
    await expect(read(`${header}\n`, 'csv')).rejects.toThrow(says);
  });

  it('is refused as a whole where it is not in UTF-8', async () => {
    const file = Buffer.from(`${HEADER}\nnoted,C-1,x,,,,,M\u{FC}ller,\n`, 'latin1');
    await expect(read(file)).rejects.toThrow(/not in UTF-8/);
  });

  it('holds the same facts as NDJSON', async () => {
    const guide = readFileSync(new URL('../../docs/how-to/import-histories.md', import.meta.url), 'utf8');
    const [, lines = ''] = /```json\n(.*?)```/s.exec(guide) ?? [];
    const facts = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const columns = [...new Set(facts.flatMap((fact) => Object.keys(fact)))];
    const cells = facts.map((fact) =>
      columns.map((name) => (Array.isArray(fact[name]) ? fact[name].join('|') : (fact[name] ?? ''))),
    );
    const records = await read(stringify([columns, ...cells]));
    expect(records.map((record) => 'fields' in record && record.fields)).toEqual(facts);
  });
});
