import { MAX_INT64 } from '../log/int64.js';

/** What a writer expects of the stream: its current revision, or one of the three words. */
export type ExpectedVersion = 'any' | 'no-stream' | 'stream-exists' | number;

/** The revision of a stream without events. */
export const NO_REVISION = -1;

/** What is known of a stream when an append to it is decided. */
export interface StreamHead {
  /** Of the last event; NO_REVISION without events, MAX_INT64 when tombstoned. */
  revision: number;
  /** The metadata that says so, when the stream is soft-deleted. */
  softDeletion: Record<string, unknown> | undefined;
  /** Whether its metadata stream has an event. */
  hasMetadata: boolean;
}

/** Where an event already is in the log. */
export interface RecordedAt {
  revision: number;
  position: number;
}

export type AppendDecision =
  | { kind: 'append' }
  | { kind: 'already-appended'; last: RecordedAt }
  | { kind: 'wrong-expected-version' }
  | { kind: 'stream-deleted' };

/**
 * Decides an append as EventStoreDB does. `events` is how many there are; `recorded(index)` says where the event with
 * the id of the index-th one is already recorded in this stream, if it is known.
 * A number (or no-stream) below the current revision succeeds when every event is found right behind it, in order; a
 * partial match is a conflict. `any` and `stream-exists` are idempotent only as far as `recorded` remembers.
 */
export function decideAppend(
  expected: ExpectedVersion,
  head: StreamHead,
  events: number,
  recorded: (index: number) => RecordedAt | undefined,
): AppendDecision {
  if (head.revision === MAX_INT64) return { kind: 'stream-deleted' };
  if (expected === 'any' || expected === 'stream-exists') {
    if (expected === 'stream-exists') {
      if (head.softDeletion) return { kind: 'stream-deleted' };
      if (head.revision === NO_REVISION && !head.hasMetadata) return { kind: 'wrong-expected-version' };
    }
    return decideByMemory(events, recorded);
  }
  const behind = expected === 'no-stream' ? NO_REVISION : expected;
  if (behind === head.revision) return { kind: 'append' };
  if (behind > head.revision) return { kind: 'wrong-expected-version' };
  let last: RecordedAt | undefined;
  for (let index = 0; index < events; index++) {
    const found = recorded(index);
    if (found?.revision !== behind + 1 + index) {
      const startsAnew = index === 0 && expected === 'no-stream' && head.softDeletion;
      return startsAnew ? { kind: 'append' } : { kind: 'wrong-expected-version' };
    }
    last = found;
  }
  return last ? { kind: 'already-appended', last } : { kind: 'wrong-expected-version' };
}

function decideByMemory(events: number, recorded: (index: number) => RecordedAt | undefined): AppendDecision {
  let last: RecordedAt | undefined;
  for (let index = 0; index < events; index++) {
    const found = recorded(index);
    if (!found) return { kind: index === 0 ? 'append' : 'wrong-expected-version' };
    last = found;
  }
  return last ? { kind: 'already-appended', last } : { kind: 'append' };
}
