import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { v4 as uuidv4 } from 'uuid';
import type { BenchWorld } from './bench-world.js';
import { load, type Loaded } from './http-load.js';
import { median, ms, percentile, perSecond, type Row } from './measure.js';

const AT_ONCE = 64;
const AT = '2026-05-01T09:00:00.000Z';

/** The same commands over HTTP to Tenure, with its projections running beside, and to a CRUD application. */
export async function httpRows(world: BenchWorld, commands: number, rounds: number): Promise<Row[]> {
  const crud = await startCrud(world);
  const ours: Loaded[] = [];
  const theirs: Loaded[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      theirs.push(await recordServices(crud.base, {}, commands));
      ours.push(await recordServices(world.target.base, world.target.headers, commands));
      await world.caughtUp();
    }
  } finally {
    await crud.stop();
  }
  const rate = (all: Loaded[]) => median(all.map(({ took, seconds }) => took.length / seconds));
  const p99 = (all: Loaded[]) =>
    percentile(
      all.flatMap(({ took }) => took),
      0.99,
    );
  const ratio = rate(ours) / rate(theirs);
  const size = `${commands} commands`;
  const what = 'commands over HTTP, 64 in flight';
  return [
    {
      ...{ what, size, goal: '≥ 2.5 ×', met: ratio >= 2.5 },
      ...{
        ours: `${perSecond(rate(ours))}, ${ratio.toFixed(2)} ×`,
        baseline: `${perSecond(rate(theirs))} as CRUD`,
      },
    },
    {
      ...{ what: `${what}, p99`, size, goal: 'below the baseline', met: p99(ours) < p99(theirs) },
      ...{ ours: ms(p99(ours)), baseline: `${ms(p99(theirs))} as CRUD` },
    },
  ];
}

async function recordServices(
  base: string,
  headers: Record<string, string>,
  commands: number,
): Promise<Loaded> {
  const clients = Array.from({ length: Math.ceil(commands / 8) }, () => uuidv4());
  await load({
    ...{ headers, atOnce: AT_ONCE },
    calls: clients.map((clientId) => {
      return { url: `${base}/clients`, body: { clientId, name: 'Ada Lovelace', occurredAt: AT } };
    }),
  });
  const body = { occurredAt: AT, serviceType: 'regular clean', amountMinor: 8_200, currency: 'CAD' };
  return load({
    ...{ headers, atOnce: AT_ONCE },
    calls: Array.from({ length: commands }, (_, n) => {
      return { url: `${base}/clients/${clients[n % clients.length]}/services`, body };
    }),
  });
}

async function startCrud(world: BenchWorld): Promise<{ base: string; stop(): Promise<void> }> {
  await world.database.query('CREATE DATABASE crud');
  const url = new URL(world.runtime.databaseUrl);
  url.pathname = '/crud';
  const main = fileURLToPath(new URL('./crud-baseline.main.js', import.meta.url));
  const child = spawn(process.execPath, [main, url.href], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const [, base = ''] = /listens on (\S+)/.exec(said.toString()) ?? [];
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { base, stop };
}
