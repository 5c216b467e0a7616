import type { ResolvedRecord } from '../reading/record-encoder.js';
import type { LogRecord } from '../log/record.js';

/** An event on its way to a group's consumers. */
export interface GroupMessage {
  /** The event of the group's stream: by its id consumers answer, also where it is a link. */
  original: LogRecord;
  resolved: ResolvedRecord;
  /** Revision or position by which the checkpoint counts; undefined for one replayed from the parked stream. */
  place: number | undefined;
  /** How often it was delivered before. */
  retryCount: number;
  /** When to deliver it anew unless answered; milliseconds since 1970. */
  dueAt: number;
}
