import { Worker } from 'node:worker_threads';
import type { Booted } from './boot.js';
import type { Config } from './config.js';
import type { Runtime } from './embedded/embedded-runtime.js';

/** What the thread is told; the rest of the configuration it reads from the environment as every process does. */
export type ProjectorData = Pick<Runtime, 'eventStoreUrl' | 'databaseUrl'> & Pick<Config, 'logFormat'>;

/** What it says: that a projection has written a batch. */
export interface Moved {
  readonly moved: string;
}

export interface LaunchedProjector {
  /** Rejects when the thread ends without having been closed; never settles otherwise. */
  readonly failed: Promise<never>;
  /** Lets the batches in hand be written, and ends the thread. */
  close(): Promise<void>;
}

/**
 * Keeps the read models up to date in a thread of their own, so that folding events takes no time from requests. Only from
 * the build, as the thread loads compiled JavaScript.
 * @param moved called with a projection's name when it has written a batch
 */
export function launchProjector(
  { config, runtime }: Booted,
  moved: (projection: string) => void,
): LaunchedProjector {
  const { eventStoreUrl, databaseUrl } = runtime;
  const worker = new Worker(new URL('./projector-thread.main.js', import.meta.url), {
    workerData: { eventStoreUrl, databaseUrl, logFormat: config.logFormat } satisfies ProjectorData,
    // Rows before and after a batch live for a moment: left to itself the heap grows to twice this before they are collected.
    resourceLimits: { maxOldGenerationSizeMb: 320, maxYoungGenerationSizeMb: 48 },
  });
  worker.on('message', (message: Moved) => moved(message.moved));
  let closing = false;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', (cause: Error) =>
      reject(new Error(`The projector failed: ${cause.message}`, { cause })),
    );
    worker.once('exit', (code) => {
      if (!closing) reject(new Error(`The projector ended by itself with code ${code}`));
    });
  });
  // Who does not watch must not be brought down by an unhandled rejection.
  failed.catch(() => undefined);
  return {
    failed,
    close: async () => {
      closing = true;
      worker.postMessage('close');
      await exited;
    },
  };
}
