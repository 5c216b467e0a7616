import { parentPort, workerData } from 'node:worker_threads';
import { startEventStoreNode } from './event-store-node.js';
import type { FromNode, WorkerOptions } from './launch-event-store-node.js';

// The node in a worker thread of its own. It says 'started' or 'failed' once, then log lines, and closes when asked to.
const say = (message: FromNode) => parentPort?.postMessage(message);

try {
  const node = await startEventStoreNode({
    ...(workerData as WorkerOptions),
    log: (line) => say({ kind: 'log', line }),
  });
  parentPort?.once('message', () => {
    void node.close().finally(() => parentPort?.close());
  });
  say({ kind: 'started', url: node.url, port: node.port });
} catch (error) {
  say({ kind: 'failed', message: (error as Error).message });
}
