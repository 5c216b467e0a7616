import { setTimeout as delay } from 'node:timers/promises';
import { ModuleRef } from '@nestjs/core';
import { ProjectionOperations } from '../projecting/projection-operations.js';
import type { RowDifference } from '../projecting/verify-projection.js';
import { counted, progressLine } from '../ops/progress-line.js';
import { ProjectionWatch } from '../ops/projection-watch.js';
import type { Session } from './session.js';

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LOOK_EVERY_MS = 250;

/** `projections rebuild NAME`: waits until the new tables serve. @returns 0, or 1 if the projection paused on the way */
export async function runRebuild(session: Session, name: string, out: Output): Promise<number> {
  const { app, signal } = session;
  const { label } = await app.get(ProjectionOperations).rebuild(name);
  const line = progressLine(out);
  out.write(`Rebuilding ${name} as ${label}; the tables there are serve until it has caught up.\n`);
  const started = performance.now();
  // Its module is that of the HTTP process.
  const watch = await app.get(ModuleRef).create(ProjectionWatch);
  try {
    while (!signal.aborted) {
      const standing = (await watch.look()).find((one) => one.name === name);
      if (standing?.serving && standing.build === label) {
        const seconds = (performance.now() - started) / 1_000;
        line.end();
        out.write(`${label} serves: ${counted(standing.applied)} events in ${seconds.toFixed(1)} s.\n`);
        return 0;
      }
      const { rebuild, rebuildProgress: progress } = standing ?? {};
      if (rebuild?.state === 'paused') {
        line.end();
        out.write(`Paused at event ${rebuild.failure?.eventId}: ${rebuild.failure?.message}\n`);
        return 1;
      }
      if (rebuild && progress) {
        const left = progress.secondsLeft === null ? '' : `, ${progress.secondsLeft} s left`;
        const done = `${(100 * progress.fraction).toFixed(0)} %`;
        line.show(
          () => `${done}, ${counted(rebuild.applied)} events, ${counted(progress.eventsPerSecond)}/s${left}`,
        );
      }
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    line.end();
  }
  out.write('Broken off. It goes on where it was as soon as Tenure runs, or by the same command.\n');
  return 1;
}

/** `projections verify NAME`. @returns 0 when live = rebuilt, else 1 */
export async function runVerifyProjection(session: Session, name: string, out: Output): Promise<number> {
  const { app, signal } = session;
  const line = progressLine(out);
  const onProgress = (position: bigint | null, upTo: bigint | null) =>
    line.show(() => `replayed to position ${position ?? 0n} of ${upTo ?? 0n}`);
  const operations = app.get(ProjectionOperations);
  const { position, rows, difference } = await operations
    .verify(name, { signal, onProgress })
    .finally(line.end);
  const at = position === null ? 'before the first event' : `at position ${position}`;
  if (!difference) {
    out.write(`${name}: live = rebuilt ${at}, ${counted(rows)} rows compared.\n`);
    return 0;
  }
  out.write(`${name}: NOT what the log comes to ${at}. ${inWords(difference)}\n`);
  return 1;
}

/** Names the row by its key and the columns that differ, never what stands in them: that may be personal. */
function inWords({ table, key, live, rebuilt }: RowDifference): string {
  const where = `The first row is ${table} ${JSON.stringify(key)}`;
  if (!live) return `${where}: it is missing.`;
  if (!rebuilt) return `${where}: it should not be there.`;
  const columns = Object.keys(live).filter(
    (column) => JSON.stringify(live[column]) !== JSON.stringify(rebuilt[column]),
  );
  return `${where}: ${columns.join(', ')} should be otherwise.`;
}

/** `projections prune`. @returns 0 */
export async function runPrune({ app }: Session, out: Output): Promise<number> {
  const pruned = await app.get(ProjectionOperations).prune();
  out.write(pruned.map(({ name, build }) => `Dropped ${name} ${build}\n`).join('') || 'Nothing to drop.\n');
  return 0;
}

/** `projections park|resume NAME`. @returns 0 */
export async function runEndPause(
  { app }: Session,
  how: 'park' | 'resume',
  name: string,
  out: Output,
): Promise<number> {
  const operations = app.get(ProjectionOperations);
  const { eventId, message } =
    how === 'park' ? await operations.park(name, 'cli') : await operations.resume(name);
  out.write(
    how === 'park'
      ? `${name} goes on after event ${eventId} (${message}), which is on record as passed over.\n`
      : `${name} goes on with event ${eventId} (${message}).\n`,
  );
  return 0;
}
