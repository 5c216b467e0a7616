import { readFile, writeFile } from 'node:fs/promises';
import type { Row } from './measure.js';

/**
 *     node dist/test/bench/performance-page.main.js RESULT.json
 *
 * Puts the figures of a run of the benchmark into docs/reference/performance.md, between its two marks.
 */
interface Result {
  readonly command: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly log: { readonly events: number; readonly clients: number };
  readonly rows: readonly Row[];
}

const PAGE = 'docs/reference/performance.md';
const [BEGIN, END] = ['<!-- figures -->', '<!-- end of figures -->'];

const { command, machine, log, rows } = JSON.parse(
  await readFile(process.argv[2] as string, 'utf8'),
) as Result;
const figures = [
  '',
  `\`${command}\`, on ${log.events.toLocaleString('en')} events of ${log.clients.toLocaleString('en')} clients; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node.js ${machine.node}, the embedded PostgreSQL.`,
  '',
  '| what | size | goal | measured | baseline | met |',
  '| --- | --- | --- | --- | --- | --- |',
  ...rows.map(
    ({ what, size, goal, ours, baseline, met }) =>
      `| ${[what, size, goal, ours, baseline, goal === '–' ? '–' : met ? 'yes' : '**no**'].join(' | ')} |`,
  ),
  '',
].join('\n');
const page = await readFile(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN);
const [, after] = rest?.split(END) ?? [];
if (before === undefined || after === undefined) throw new Error(`${PAGE} lacks its marks`);
await writeFile(PAGE, `${before}${BEGIN}\n${figures}\n${END}${after}`);
