import type { RecordedEvent } from '../src/event-store/envelope.js';

/**
 * A client's stream begins with its conversion, so every later fact finds a row.
 * @throws if there is none: the log is not whole, and what would be made of it could not be trusted
 */
export function known<Row>(row: Row | null, { stream, revision }: RecordedEvent): Row {
  if (row === null) throw new Error(`${stream}@${revision} is a fact of a client that never converted`);
  return row;
}
