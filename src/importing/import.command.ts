import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import cliProgress from 'cli-progress';
import { ImportFailed, type ImportProgress, type ImportReport } from './import-report.js';
import { importHistories, type ImportOptions } from './importer.js';

export interface ImportArguments {
  /** where the facts come from (`import` unless told): refs mean the same within one source */
  readonly source?: string;
  readonly dryRun?: boolean;
}

/** What the command works with. */
export type ImportServices = Pick<
  ImportOptions,
  'runner' | 'blind' | 'databaseUrl' | 'policy' | 'now' | 'signal' | 'patienceMs'
>;

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/**
 * `import FILE`: imports client histories and says what came of it, with a progress bar on a terminal.
 * @returns the exit code: 0 when every fact is on record, 2 when some lines were refused, 1 when the import broke off
 */
export async function runImport(
  file: string,
  { source = 'import', dryRun = false }: ImportArguments,
  services: ImportServices,
  out: Output,
): Promise<0 | 1 | 2> {
  const say = (...lines: string[]) => lines.forEach((line) => out.write(`${line}\n`));
  if (!/\S/.test(source)) {
    say('The name of the source must not be blank.');
    return 1;
  }
  const bytes = await stat(file).then(
    (found) => (found.isDirectory() ? null : found.size),
    () => null,
  );
  if (bytes === null) {
    say(`There is no file ${file} that could be read.`);
    return 1;
  }
  const bar = progressBar(out, bytes);
  try {
    const input = createReadStream(file, { highWaterMark: 262_144 });
    const report = await importHistories({ ...services, input, source, dryRun, onProgress: bar.show });
    bar.stop();
    say(...summaryOf(report, basename(file)));
    return report.refused > 0 ? 2 : 0;
  } catch (error) {
    bar.stop();
    if (!(error instanceof ImportFailed)) throw error;
    const { report } = error;
    say(...summaryOf(report, basename(file)), '', `${sentence(error.message)}.`);
    if (!dryRun) say(report.events > 0 ? RESUME : 'Nothing was recorded.');
    return 1;
  }
}

const RESUME = 'What was recorded stays. Run the same import again: it records the rest, and nothing twice.';

function summaryOf(report: ImportReport, file: string): string[] {
  const { dryRun, refused, refusedLines, position } = report;
  const would = dryRun ? 'would be ' : '';
  const count = (label: string, n: number | bigint, more = '') =>
    `  ${label.padEnd(24)}${n.toLocaleString('en').padStart(12)}${more}`;
  const clients = `${report.clientsChanged.toLocaleString('en')} of ${report.clients.toLocaleString('en')} clients`;
  return [
    `${dryRun ? 'Dry run of' : 'Import of'} ${file}, source "${report.source}": ${(report.milliseconds / 1_000).toFixed(1)} s`,
    count('lines read', report.lines),
    count(`facts ${would}recorded`, report.recorded, `   for ${clients}`),
    count(`events ${would}appended`, report.events, '   with the lapses and returns that follow from them'),
    count('facts known already', report.known),
    count('lines refused', refused),
    ...(position === null ? [] : [count('log position reached', position)]),
    ...(refused > 0 ? ['', 'Refused:'] : []),
    ...refusedLines.map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...(refused > refusedLines.length ? [`  and ${refused - refusedLines.length} more`] : []),
  ];
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Nothing is drawn where nobody watches. */
function progressBar(out: Output, fileBytes: number) {
  if (!out.isTTY) return { show: undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar(
    {
      stream: out,
      format: '{what} [{bar}] {percentage}% | {detail}',
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(1, 0, { what: 'Reading  ', detail: '' });
  return {
    show: ({ phase, bytes, lines, facts, decided, clients }: ImportProgress) => {
      const reading = phase === 'reading';
      bar.setTotal(Math.max(1, reading ? Math.max(fileBytes, bytes) : facts));
      bar.update(reading ? bytes : decided, {
        what: reading ? 'Reading  ' : 'Recording',
        detail: reading
          ? `${lines.toLocaleString('en')} lines`
          : `${decided.toLocaleString('en')} facts of ${clients.toLocaleString('en')} clients`,
      });
    },
    stop: () => bar.stop(),
  };
}
