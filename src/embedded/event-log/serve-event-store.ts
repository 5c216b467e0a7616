import { launchEventStoreNode } from '../event-store-node/launch-event-store-node.js';
import { openEventLog } from './open-event-log.js';

export interface ServedEventStore {
  /** Connection string for clients. */
  url: string;
  /** Finishes the appends under way, then stops the node and its database. */
  close(): Promise<void>;
  /** Rejects when the node or its database dies; never because of close(). */
  failed: Promise<never>;
}

/**
 * Runs the embedded node alone, on loopback, as the owner of a data directory.
 * @param options.port 0 = any free one
 * @throws Error when the data directory is in use, the log is damaged, or the port is taken
 */
export async function serveEventStore(options: {
  dataDir: string;
  port: number;
  log: (line: string) => void;
}): Promise<ServedEventStore> {
  const { dataDir, port, log } = options;
  const eventLog = await openEventLog({ dataDir, attach: false, log });
  try {
    const node = await launchEventStoreNode({ databaseUrl: eventLog.databaseUrl, port, log });
    const failed = Promise.race([node.failed, eventLog.failed]);
    failed.catch(() => undefined);
    return { url: node.url, failed, close: () => node.close().finally(() => eventLog.close()) };
  } catch (error) {
    await eventLog.close();
    throw error;
  }
}
