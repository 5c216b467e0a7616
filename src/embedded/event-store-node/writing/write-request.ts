import type { ProposedEvent } from '../log/record.js';
import type { ExpectedVersion } from './expected-version.js';

/** What can be asked of the log's writer. `events` is empty unless events are appended. */
export interface WriteRequest {
  kind: 'append' | 'soft-delete' | 'tombstone';
  stream: string;
  expected: ExpectedVersion;
  events: readonly ProposedEvent[];
  /** Milliseconds since 1970; a request not begun by then is dropped, one not finished is answered 'timed-out'. */
  deadline?: number;
}

export type WriteOutcome =
  /** `revision` is that of the stream's last event (−1 without any), `position` that of the request's last record. */
  | { kind: 'written'; revision: number; position: number }
  /** `current` is −1 for a stream without events. */
  | { kind: 'wrong-expected-version'; current: number }
  | { kind: 'stream-deleted' }
  | { kind: 'timed-out' };
