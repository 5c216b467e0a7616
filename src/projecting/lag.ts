import type { EventStore } from '../event-store/event-store.js';
import type { Instant } from '../schema/instant.js';

/** What a projection has not applied yet, by the event store's own account. */
export interface Lag {
  /** events of the streams it follows that lie after its checkpoint */
  readonly events: number;
  /** whether counting was broken off, and there are more */
  readonly orMore: boolean;
  /** when the first of them was recorded: since then the read model is out of date; null when there are none */
  readonly since: Instant | null;
}

const NONE: Lag = { events: 0, orMore: false, since: null };
const COUNT_TO = 1_000;

/**
 * Counts the events of some streams after a position. The log holds other streams too, so the distance to its end says
 * nothing; the store is asked, by a short subscription, for what it would still deliver.
 * @param after position of the last event applied, null for none
 * @param withinMs how long to count at most
 * @throws EventStoreUnavailable or what else the store throws; Error when there was no answer in time
 */
export async function lagOf(
  store: EventStore,
  prefixes: readonly string[],
  after: bigint | null,
  withinMs = 2_000,
): Promise<Lag> {
  const tail = await store.tail();
  if (tail === null || (after !== null && after >= tail)) return NONE;
  const subscription = store.subscribe([...prefixes], after);
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Lag>((resolve, reject) => {
      let events = 0;
      let since: Instant | null = null;
      const answer = (orMore: boolean): void => resolve({ events, orMore, since });
      timer = setTimeout(
        () => (events > 0 ? answer(true) : reject(new Error(`no answer within ${withinMs} ms`))),
        withinMs,
      );
      subscription
        .on('data', ({ event }) => {
          since ??= event?.created.toISOString() ?? null;
          if (++events >= COUNT_TO) answer(true);
        })
        .on('caughtUp', () => answer(false))
        .on('error', reject);
    });
  } finally {
    clearTimeout(timer);
    void subscription.unsubscribe().catch(() => undefined);
  }
}
