import { Appender } from './writing/appender.js';
import type { EventStore } from './event-store.js';
import { startGrpcServer, type GrpcMethod } from './wire/grpc-server.js';
import { gossipService } from './gossip.service.js';
import { LiveTail } from './log/live-tail.js';
import { probeLog } from './log/log-check.js';
import { LogReader } from './log/log-reader.js';
import { GroupRegistry } from './persistent/group-registry.js';
import { persistentSubscriptionsService } from './persistent-subscriptions.service.js';
import { serverFeaturesService } from './server-features.service.js';
import { StreamReader } from './reading/stream-reader.js';
import { randomUuid } from './log/uuid.js';
import { StreamRulesCache } from './log/stream-rules.js';
import { streamsService } from './streams.service.js';

export interface EventStoreNodeOptions {
  /** postgres:// URL of a database of the node's own; an empty one is a fresh log. */
  databaseUrl: string;
  /** Where it listens; 127.0.0.1 unless given. */
  host?: string;
  /** 0 or unset: a free one. */
  port?: number;
  /** Stamps `created`; the system clock unless given. */
  now?: () => Date;
  log?: (line: string) => void;
}

export interface EventStoreNode {
  /** Connection string for the client. */
  url: string;
  port: number;
  /** Finishes the appends under way, ends every call with UNAVAILABLE and lets the log go. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks EventStoreDB's protocol, with its log in a PostgreSQL database, in this thread.
 * Throws when another node has the log open, the log is damaged, the database cannot be used, or the port is taken.
 */
export async function startEventStoreNode(options: EventStoreNodeOptions): Promise<EventStoreNode> {
  const {
    databaseUrl,
    host = '127.0.0.1',
    port = 0,
    now = () => new Date(),
    log = () => undefined,
  } = options;
  const reader = new LogReader(databaseUrl);
  const rules = new StreamRulesCache(reader);
  const tail = new LiveTail(rules);
  const streams = new StreamReader(reader, rules, now);
  let appender: Appender | undefined;
  try {
    appender = await Appender.open(tail, { databaseUrl, now, log });
    await probeLog(reader, tail.head);
    if (tail.head === 0) await beginLog(appender);
    const store: EventStore = { appender, tail, log: reader, streams };
    const groups = new GroupRegistry(store, log);
    await groups.start();
    const server = await startGrpcServer({ host, port, methods: methodsOf(store, groups), log });
    return {
      url: `esdb://${host}:${server.port}?tls=false`,
      port: server.port,
      close: async () => {
        await groups.stop();
        await store.appender.close();
        await server.close();
        await reader.close();
      },
    };
  } catch (error) {
    await appender?.close();
    await reader.close();
    throw error;
  }
}

/** Like a real server's, a fresh log is not empty: whoever reads $all meets system events from the first day. */
async function beginLog(appender: Appender): Promise<void> {
  const data = Buffer.from(JSON.stringify({ format: 1 }));
  const event = { id: randomUuid(), type: '$logBegun', isJson: true, data, metadata: new Uint8Array() };
  await appender.submit({ kind: 'append', stream: '$log', expected: 'any', events: [event] });
}

function methodsOf(store: EventStore, groups: GroupRegistry): Map<string, GrpcMethod> {
  const services = {
    'event_store.client.streams.Streams': streamsService(store),
    'event_store.client.persistent_subscriptions.PersistentSubscriptions':
      persistentSubscriptionsService(groups),
    'event_store.client.gossip.Gossip': gossipService(),
    'event_store.client.server_features.ServerFeatures': serverFeaturesService(),
  };
  return new Map(
    Object.entries(services).flatMap(([service, methods]) =>
      Object.entries(methods).map(([name, method]) => [`/${service}/${name}`, method] as const),
    ),
  );
}
