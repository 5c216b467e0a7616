import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parse } from 'csv-parse/sync';
import { ApiKeys } from '../access/api-keys.service.js';
import { retentionTable, showsColours, type RetentionAnswer } from './retention-table.js';
import type { Session } from './session.js';

export const FORMATS = ['table', 'json', 'csv'] as const;

export interface ReportOptions {
  readonly format: (typeof FORMATS)[number];
}

/**
 * `report`: an analytics report as the API gives it, drawn for a terminal.
 * @param name as in the API: `retention`, `lapses`, `revenue-retention` …
 * @param parameters the API's own, each as `name=value`
 * @returns 0, or 1 where the API refused, which it says why on standard error
 */
export async function runReport(
  { app }: Session<NestFastifyApplication>,
  name: string,
  parameters: readonly (readonly [string, string])[],
  { format }: ReportOptions,
  out: NodeJS.WriteStream,
): Promise<number> {
  const keys = app.get(ApiKeys);
  const { key, record } = await keys.issue(`report ${name}`, 'analyst');
  try {
    const query = new URLSearchParams(parameters.map(([one, value]) => [one, value])).toString();
    const heatMap = format === 'table' && name === 'retention' && !parameters.some(isRevenue);
    const answer = await app.inject({
      method: 'GET',
      url: `/api/v1/analytics/${encodeURIComponent(name)}?${query}`,
      headers: {
        authorization: `Bearer ${key}`,
        accept: format === 'json' || heatMap ? 'application/json' : 'text/csv',
      },
    });
    if (answer.statusCode !== 200) {
      process.stderr.write(`${refusal(answer.json())}\n`);
      return 1;
    }
    if (heatMap) out.write(`${heatMaps(answer.json(), out)}\n`);
    else if (format === 'table') out.write(`${table(answer.body)}\n`);
    else out.write(answer.body);
    return 0;
  } finally {
    await keys.revoke(record.id);
  }
}

const isRevenue = ([name, value]: readonly [string, string]): boolean =>
  name === 'measure' && value === 'revenue';

interface Refusal {
  readonly title: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const refusal = ({ title, detail, errors = [] }: Refusal): string =>
  [
    title,
    ...(errors.length > 0 ? errors.map(({ path, message }) => `  ${path}: ${message}`) : [detail ?? '']),
  ].join('\n');

interface Grouped {
  readonly meta: { readonly definition: string };
  readonly cohorts: readonly (RetentionAnswer['cohorts'][number] & InGroup)[];
  readonly mean: readonly (RetentionAnswer['mean'][number] & InGroup)[];
}
interface InGroup {
  readonly group?: string | null;
}

/** One for each group, where there are groups. */
function heatMaps({ meta, cohorts, mean }: Grouped, out: NodeJS.WriteStream): string {
  const groups = [...new Set(cohorts.map(({ group }) => group))];
  const tables = (groups.length === 0 ? [undefined] : groups).map((group) => {
    const drawn = retentionTable(
      {
        cohorts: cohorts.filter((one) => one.group === group),
        mean: mean.filter((one) => one.group === group),
      },
      { colour: showsColours(out), columns: out.columns },
    );
    return group === undefined ? drawn : `${group ?? '(none)'}\n${drawn}`;
  });
  return `${meta.definition}\n\n${tables.join('\n\n')}`;
}

/** Numbers to the right, with as many decimals as a reader can use. */
function table(csv: string): string {
  const rows = parse(csv, { bom: true });
  const shown = rows.map((row) => row.map(readable));
  const numeric = (rows[0] ?? []).map((_, column) =>
    rows.slice(1).every((row) => row[column] === '' || !Number.isNaN(Number(row[column]))),
  );
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => (row[column] ?? '').length)),
  );
  return shown
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T00:00:00\.000Z$/;

function readable(cell: string): string {
  if (/^-?\d+\.\d{5,}(e-?\d+)?$/.test(cell)) return Number(cell).toFixed(4);
  return MIDNIGHT.exec(cell)?.[1] ?? cell;
}
