import { START, streamNameFilter } from '@eventstore/db-client';
import type { BenchWorld } from './bench-world.js';
import { inTurns, ratioRow, seconds, type Row } from './measure.js';

const PREFIXES = ['client-', 'segment-', 'policy-'];

/** All projections rebuilt from the log, against the bare client reading the same events; and the memory that takes. */
export async function rebuildRows(world: BenchWorld, rounds: number): Promise<Row[]> {
  const events = await readAll(world);
  await world.stopServing();
  await world.serve();
  const rates = await inTurns(
    rounds,
    async () => events / (await seconds(() => rebuildAll(world))),
    async () => events / (await seconds(() => readAll(world))),
  );
  const peak = await world.peakMemory();
  const size = `${events.toLocaleString('en')} events`;
  return [
    ratioRow('rebuild of all projections', 0.7, size, rates, 'read by the bare client'),
    {
      ...{ what: 'memory of the API process during it', goal: '< 512 MiB', size, baseline: '–' },
      ...{ ours: `${Math.round(peak)} MiB at its peak`, met: peak < 512 },
    },
  ];
}

async function rebuildAll(world: BenchWorld): Promise<void> {
  const projections = await world.call<{ name: string }[]>('GET', '/ops/projections');
  const builds = await Promise.all(
    projections.map(({ name }) =>
      world.call<{ name: string; build: string }>('POST', `/ops/projections/${name}/rebuild`),
    ),
  );
  for (;;) {
    const serving: { name: string; build: string }[] = await world.database.query(
      'SELECT name, build FROM projection.checkpoint WHERE serving',
    );
    const serves = (one: { name: string; build: string }) =>
      serving.some(({ name, build }) => name === one.name && build === one.build);
    if (builds.every(serves)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns how many events of ours the log holds */
async function readAll({ bare, store }: BenchWorld): Promise<number> {
  const tail = (await store.tail()) ?? 0n;
  let events = 0;
  const subscription = bare.subscribeToAll({
    fromPosition: START,
    filter: streamNameFilter({ prefixes: PREFIXES }),
  });
  await new Promise<void>((resolve, reject) => {
    subscription
      .on('data', ({ event }) => {
        events++;
        if (event && event.position.commit >= tail) resolve();
      })
      .on('caughtUp', () => resolve())
      .on('error', reject);
  });
  await subscription.unsubscribe();
  return events;
}
