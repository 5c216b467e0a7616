/** What a terminal table needs of an answer of GET /analytics/retention. */
export interface RetentionAnswer {
  readonly cohorts: readonly {
    readonly cohort: string;
    readonly size: number;
    readonly cells: readonly RetentionCell[];
  }[];
  readonly mean: readonly { readonly k: number; readonly rate: number | null }[];
}

export interface RetentionCell {
  /** periods since the cohort's own */
  readonly k: number;
  readonly rate: number | null;
  readonly complete: boolean;
  readonly censored?: boolean;
}

export interface TableOptions {
  /** shade the cells with the 256 colours of a terminal */
  readonly colour: boolean;
  /** width of the terminal in characters; later periods that do not fit are left out (120 unless told) */
  readonly columns?: number;
}

const CELL = 6;
/** From pale to dark, of the 256 colours; the text is dark on the first half and white on the second. */
const SHADES = [231, 195, 159, 123, 80, 43, 36, 30, 24, 23];
const DARK_TEXT = 16;
const WHITE_TEXT = 231;

/**
 * Draws a cohort retention table: a row a cohort, a column a period, the darker the more came back.
 * @returns the lines of the table, the last one without a line end
 */
export function retentionTable(answer: RetentionAnswer, { colour, columns = 120 }: TableOptions): string {
  const { cohorts, mean } = answer;
  if (cohorts.length === 0) return 'No cohort yet: no client has converted in these periods.';
  const label = Math.max('average'.length, ...cohorts.map(({ cohort }) => cohort.length));
  const size = Math.max('clients'.length, ...cohorts.map((cohort) => String(cohort.size).length));
  const periods = Math.max(...cohorts.flatMap(({ cells }) => cells.map(({ k }) => k))) + 1;
  const shown = Math.max(1, Math.min(periods, Math.floor((columns - label - size - 2) / CELL)));
  const ks = Array.from({ length: shown }, (_, k) => k);
  const row = (name: string, count: string, cells: string[]) =>
    `${name.padEnd(label)}  ${count.padStart(size)}${cells.join('')}`.trimEnd();

  const all = cohorts.flatMap(({ cells }) => cells);
  const marks = [
    ...(all.some(({ complete }) => !complete) ? ['~ the period is not over'] : []),
    ...(all.some((cell) => cell.complete && cell.censored) ? ['+ can only rise'] : []),
    ...(shown < periods ? [`periods for which there is no room: ${periods - shown}`] : []),
  ];
  return [
    row(
      'cohort',
      'clients',
      ks.map((k) => `${k} `.padStart(CELL)),
    ),
    ...cohorts.map((cohort) => {
      const byK = new Map(cohort.cells.map((cell) => [cell.k, cell]));
      return row(
        cohort.cohort,
        String(cohort.size),
        ks.map((k) => drawn(byK.get(k), colour)),
      );
    }),
    row(
      'average',
      '',
      ks.map((k) => drawn(averageCell(mean, k), colour)),
    ),
    ...(marks.length > 0 ? ['', marks.join(', ')] : []),
  ].join('\n');
}

/** @returns whether a stream is a terminal with 256 colours, and nobody asked for none (https://no-color.org) */
export function showsColours(out: { isTTY?: boolean; getColorDepth?: () => number }): boolean {
  return out.isTTY === true && !process.env.NO_COLOR && (out.getColorDepth?.() ?? 1) >= 8;
}

function averageCell(mean: RetentionAnswer['mean'], k: number): RetentionCell | undefined {
  const rate = mean.find((average) => average.k === k)?.rate;
  return rate === undefined ? undefined : { k, rate, complete: true };
}

/** A period that has not begun is left empty; one without anybody to come back is a dash, not a zero. */
function drawn(cell: RetentionCell | undefined, colour: boolean): string {
  if (!cell) return ' '.repeat(CELL);
  if (cell.rate === null) return '– '.padStart(CELL);
  const mark = !cell.complete ? '~' : cell.censored ? '+' : ' ';
  const text = `${Math.round(cell.rate * 100)}%${mark}`.padStart(CELL);
  if (!colour) return text;
  const step = Math.min(SHADES.length - 1, Math.floor(cell.rate * SHADES.length));
  const ink = step < SHADES.length / 2 ? DARK_TEXT : WHITE_TEXT;
  return `\u001b[48;5;${SHADES[step]}m\u001b[38;5;${ink}m${text}\u001b[0m`;
}
