import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { freshDatabase } from './servers.js';

export interface FreshEventStore {
  /** esdb:// connection string. */
  url: string;
  /** postgres:// URL of its log */
  databaseUrl: string;
  /** Stops the node and drops its database. */
  close(): Promise<void>;
}

/** An event store of its own: the embedded node on a fresh database, in this thread. `now` stamps its events. */
export async function freshEventStore(options: { now?: () => Date } = {}): Promise<FreshEventStore> {
  const database = await freshDatabase();
  const node = await startEventStoreNode({ databaseUrl: database.url, ...options });
  return {
    url: node.url,
    databaseUrl: database.url,
    close: async () => {
      await node.close();
      await database.drop();
    },
  };
}
