import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, type JSONEventType, type ResolvedEvent } from '@eventstore/db-client';
import { freshEventStore } from '../../support/event-store.js';

/**
 * The contract is stated against the client library alone. It is checked on the embedded node, and unchanged on the
 * server that EVENTSTORE_TEST_URL names.
 */
export interface ContractStore {
  url: string;
  client: EventStoreDBClient;
  /** Another client of the same server, with a connection of its own; disposed at close(). */
  connect(): EventStoreDBClient;
  close(): Promise<void>;
}

export async function contractStore(): Promise<ContractStore> {
  const given = process.env.EVENTSTORE_TEST_URL;
  const server = given ? { url: given, close: () => Promise.resolve() } : await freshEventStore();
  const clients: EventStoreDBClient[] = [];
  const connect = () => {
    const client = EventStoreDBClient.connectionString(server.url);
    clients.push(client);
    return client;
  };
  return {
    url: server.url,
    client: connect(),
    connect,
    close: async () => {
      await Promise.all(clients.map((client) => client.dispose()));
      await server.close();
    },
  };
}

export type Counted = JSONEventType<'counted', { n: number }>;

/** A stream name that no other test uses; a server that is given may have seen many runs. */
export function freshStream(label = 'stream'): string {
  return `contract-${label}-${randomUUID()}`;
}

/** Events that carry the numbers first … first + count − 1. */
export function counted(count: number, first = 0): ReturnType<typeof jsonEvent<Counted>>[] {
  return Array.from({ length: count }, (_, index) =>
    jsonEvent<Counted>({ type: 'counted', data: { n: first + index } }),
  );
}

/** The number that an event read carries. */
export function numberOf({ event }: ResolvedEvent): number {
  return (event?.data as { n: number }).n;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function range(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
