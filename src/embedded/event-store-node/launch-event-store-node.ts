import { Worker } from 'node:worker_threads';
import { supervised } from '../supervised-worker.js';
import type { EventStoreNode, EventStoreNodeOptions } from './event-store-node.js';

export type { EventStoreNode } from './event-store-node.js';

/** What can be handed to another thread; its log lines come back. */
export type LaunchOptions = Omit<EventStoreNodeOptions, 'now'>;
export type WorkerOptions = Omit<LaunchOptions, 'log'>;

/** What the worker says. */
export type FromNode =
  | { kind: 'started'; url: string; port: number }
  | { kind: 'failed'; message: string }
  | { kind: 'log'; line: string };

export interface LaunchedEventStoreNode extends EventStoreNode {
  /** Rejects when the node's thread ends without having been closed; never settles otherwise. */
  failed: Promise<never>;
}

/**
 * Starts the node in a worker thread, so that serving events takes no time from the caller's. Only from the build, as
 * the thread loads compiled JavaScript. Throws what startEventStoreNode throws.
 */
export async function launchEventStoreNode(options: LaunchOptions): Promise<LaunchedEventStoreNode> {
  const { databaseUrl, host, port, log = () => undefined } = options;
  const worker = new Worker(new URL('./event-store-node.main.js', import.meta.url), {
    workerData: { databaseUrl, host, port } satisfies WorkerOptions,
    // What it makes lives for a moment; a small nursery keeps the thread small under load, and costs it little.
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  const { failed, close, terminate } = supervised(worker, 'The event store node');
  const started = new Promise<{ url: string; port: number }>((resolve, reject) => {
    worker.on('message', (message: FromNode) => {
      if (message.kind === 'log') log(message.line);
      else if (message.kind === 'started') resolve(message);
      else reject(new Error(message.message));
    });
  });
  try {
    const { url, port: bound } = await Promise.race([started, failed]);
    return { url, port: bound, failed, close };
  } catch (error) {
    await terminate();
    throw error;
  }
}
