import type { Worker } from 'node:worker_threads';

/** A thread whose end is noticed. It closes itself when it is told `'close'`. */
export interface SupervisedWorker {
  /** Rejects when the thread ends without having been closed; never settles otherwise. */
  readonly failed: Promise<never>;
  /** Asks the thread to close. Resolves once it has ended; may be called again. */
  readonly close: () => Promise<void>;
  /** Ends the thread at once, as it is. */
  readonly terminate: () => Promise<void>;
}

/** @param what the thread is, with its article, to begin a message about its failure with */
export function supervised(worker: Worker, what: string): SupervisedWorker {
  let closing = false;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', (cause: Error) => reject(new Error(`${what} failed: ${cause.message}`, { cause })));
    worker.once('exit', (code) => {
      if (!closing) reject(new Error(`${what} ended by itself with code ${code}`));
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
    terminate: async () => {
      closing = true;
      await worker.terminate();
    },
  };
}
