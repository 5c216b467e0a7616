import { isSoftDeletion, kindOf, type RawEvent } from './raw-event.js';
import type { RawStore } from './raw-store.js';

/**
 * The events of a store that a copy carries over, in the order of `$all`: those of every stream that does not begin
 * with `$`, their streams' metadata, their tombstones. Left out are soft deletions that were undone since: servers undo
 * one with an event of their own making at the next append, so that they cannot be repeated.
 * @param end position of the last event to take; to the end of the log unless given
 */
export async function* copiedEvents(store: RawStore, end?: bigint): AsyncGenerator<RawEvent, void> {
  for await (const event of store.all()) {
    if (end !== undefined && event.position > end) return;
    const kind = kindOf(event);
    if (kind === undefined) continue;
    if (kind === 'metadata' && isSoftDeletion(event) && !(await isLastOfItsStream(store, event))) continue;
    yield event;
  }
}

async function isLastOfItsStream(store: RawStore, event: RawEvent): Promise<boolean> {
  const last = await store.lastOf(event.stream);
  return last !== undefined && last !== 'deleted' && last.id === event.id;
}
