import {
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  type EventStoreDBClient,
  type PersistentAction,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamSettings,
} from '@eventstore/db-client';
import { numberOf } from './contract.js';

export type Resolved = Parameters<PersistentSubscriptionToStream['ack']>[0];
type Handle = (event: Resolved, subscription: PersistentSubscriptionToStream) => Promise<unknown>;

export const GROUP = 'readers';

export const ack: Handle = (event, subscription) => subscription.ack(event);
export const nack =
  (action: PersistentAction): Handle =>
  (event, subscription) =>
    subscription.nack(action, 'because', event);

/** Makes the group on a stream; it begins at the start unless told otherwise. */
export function create(
  client: EventStoreDBClient,
  stream: string,
  changes: Partial<PersistentSubscriptionToStreamSettings> = {},
): Promise<void> {
  const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes });
  return client.createPersistentSubscriptionToStream(stream, GROUP, settings);
}

/** Joins the group, and notes the numbers of the events it is given before it handles them. */
export function consume(
  client: EventStoreDBClient,
  stream: string,
  handle: Handle,
  options?: { bufferSize?: number },
): { subscription: PersistentSubscriptionToStream; seen: number[]; retries: number[] } {
  const subscription = client.subscribeToPersistentSubscriptionToStream(stream, GROUP, options);
  const seen: number[] = [];
  const retries: number[] = [];
  subscription.on('data', (event: Resolved) => {
    seen.push(numberOf(event));
    retries.push((event as { retryCount?: number }).retryCount ?? 0);
    void handle(event, subscription);
  });
  subscription.on('error', () => undefined);
  return { subscription, seen, retries };
}
