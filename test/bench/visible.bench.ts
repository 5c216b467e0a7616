import { setTimeout as delay } from 'node:timers/promises';
import { v4 as uuidv4 } from 'uuid';
import type { BenchWorld } from './bench-world.js';
import { ms, percentile, type Row } from './measure.js';

const PER_SECOND = 200;
const AT = '2026-05-01T09:00:00.000Z';

interface Watched {
  readonly position: bigint;
  readonly appendedAt: number;
}

/** How long after its answer a command is visible in every read model, at 200 commands a second. */
export async function visibleRows(world: BenchWorld, seconds: number): Promise<Row[]> {
  const waiting: Watched[] = [];
  const took: number[] = [];
  let sending = true;
  const watching = watch(world, waiting, took, () => sending);
  const sent: Promise<void>[] = [];
  const started = performance.now();
  try {
    for (let n = 0; n < PER_SECOND * seconds; n++) {
      await delay(Math.max(0, started + (n * 1_000) / PER_SECOND - performance.now()));
      sent.push(
        (async () => {
          const body = { clientId: uuidv4(), name: 'Ada Lovelace', occurredAt: AT };
          const { position } = await world.call<{ position: string }>('POST', '/clients', body);
          waiting.push({ position: BigInt(position), appendedAt: performance.now() });
        })(),
      );
    }
    await Promise.all(sent);
  } finally {
    sending = false;
    await watching;
  }
  const size = `${took.length} commands at ${PER_SECOND}/s`;
  const row = (p: number, goal: number): Row => ({
    ...{
      what: `append to visible in every read model, p${p * 100}`,
      size,
      goal: `< ${goal} ms`,
      baseline: '–',
    },
    ...{ ours: ms(percentile(took, p)), met: percentile(took, p) < goal },
  });
  return [row(0.5, 15), row(0.99, 60)];
}

/** Looks at the checkpoints again and again: what all of them have passed is visible. */
async function watch({ database }: BenchWorld, waiting: Watched[], took: number[], more: () => boolean) {
  const session = database.createQueryRunner();
  while (more() || waiting.length > 0) {
    const [{ least }] = (await session.query(
      'SELECT min(position)::text AS least FROM projection.checkpoint WHERE serving',
    )) as [{ least: string }];
    const now = performance.now();
    for (const one of waiting.splice(0)) {
      if (one.position <= BigInt(least)) took.push(Math.max(0, now - one.appendedAt));
      else waiting.push(one);
    }
    await delay(1);
  }
  await session.release();
}
