import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { historyFile } from '../../src/demo/history-generator.js';
import { appendRows } from './append.bench.js';
import { BenchWorld } from './bench-world.js';
import { httpRows } from './http.bench.js';
import { importRows } from './import.bench.js';
import type { Row } from './measure.js';
import { millionRows } from './million.bench.js';
import { queryRows } from './queries.bench.js';
import { rebuildRows } from './rebuild.bench.js';
import { segmentRows } from './segments.bench.js';
import { visibleRows } from './visible.bench.js';

/**
 *     npm run bench -- [--events 200000] [--rounds 3] [--seed 7] [--only rebuild,append,http,visible,queries,import,segments,million] [--json FILE]
 *
 * Every figure is measured in this run, beside its baseline, on servers and files of its own.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '7' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});
const [events, rounds, seed] = [Number(values.events), Number(values.rounds), Number(values.seed)];
/** What the generator gives a client on average, lapses and returns included. */
const EVENTS_A_CLIENT = 16;

const measurements: Record<string, (world: BenchWorld) => Promise<Row[]>> = {
  rebuild: (world) => rebuildRows(world, rounds),
  append: (world) => appendRows(world, 4_000, rounds),
  http: (world) => httpRows(world, 4_000, rounds),
  visible: (world) => visibleRows(world, 10),
  queries: (world) => queryRows(world),
  import: (world) => importRows(world, 600, rounds),
  segments: (world) => segmentRows(world),
  million: (world) => millionRows(world),
};
const chosen = values.only?.split(',') ?? Object.keys(measurements);
// Always in this order: after the million nothing is true of the world any more.
const names = Object.keys(measurements).filter((name) => chosen.includes(name));
const unknown = chosen.find((name) => !Object.hasOwn(measurements, name));
if (unknown !== undefined || [events, rounds, seed].some((n) => !Number.isSafeInteger(n) || n < 1)) {
  console.error(`--only takes ${Object.keys(measurements).join(', ')}; the others take whole numbers from 1`);
  process.exit(1);
}

const world = await BenchWorld.open();
const rows: Row[] = [];
const log = { events: 0, clients: 0 };
try {
  const clients = Math.ceil(events / EVENTS_A_CLIENT);
  const life = { seed, clients, from: '2021-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' };
  const report = await world.import(historyFile(life), 'bench');
  log.events = report.events;
  log.clients = clients;
  await world.caughtUp();
  for (const name of names) {
    console.error(`measuring: ${name}`);
    rows.push(...((await measurements[name]?.(world)) ?? []));
  }
} finally {
  await world.close();
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
console.table(rows.map(({ met, ...row }) => ({ ...row, met: met ? 'yes' : 'no' })));
const only = values.only ? ` --only ${values.only}` : '';
const command = `npm run bench -- --events ${events} --rounds ${rounds} --seed ${seed}${only}`;
const result = { command, machine, log, rows };
if (values.json) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
