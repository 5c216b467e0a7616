import { Worker } from 'node:worker_threads';
import type { Booted } from './boot.js';
import type { Config } from './config.js';
import type { Runtime } from './embedded/embedded-runtime.js';
import { supervised, type SupervisedWorker } from './embedded/supervised-worker.js';

/** What the thread is told; the rest of the configuration it reads from the environment as every process does. */
export type ProjectorData = Pick<Runtime, 'eventStoreUrl' | 'databaseUrl'> & Pick<Config, 'logFormat'>;

/** What it says: that a projection has written a batch. */
export interface Moved {
  readonly moved: string;
}

/**
 * Keeps the read models up to date in a thread of their own, so that folding events takes no time from requests. Only from
 * the build, as the thread loads compiled JavaScript.
 * @param moved called with a projection's name when it has written a batch
 * @returns the thread: closed, it lets the batches in hand be written first
 */
export function launchProjector(
  { config, runtime }: Booted,
  moved: (projection: string) => void,
): SupervisedWorker {
  const { eventStoreUrl, databaseUrl } = runtime;
  const worker = new Worker(new URL('./projector-thread.main.js', import.meta.url), {
    workerData: { eventStoreUrl, databaseUrl, logFormat: config.logFormat } satisfies ProjectorData,
    // Rows before and after a batch live for a moment: left to itself the heap grows to twice this before they are collected.
    resourceLimits: { maxOldGenerationSizeMb: 320, maxYoungGenerationSizeMb: 48 },
  });
  worker.on('message', (message: Moved) => moved(message.moved));
  return supervised(worker, 'The projector');
}
