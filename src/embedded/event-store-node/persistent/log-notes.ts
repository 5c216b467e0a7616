import type { EventStore } from '../event-store.js';
import { metastreamOf, METADATA_TYPE } from '../log/stream-metadata.js';
import { randomUuid } from '../log/uuid.js';
import type { ProposedEvent } from '../log/record.js';

const NOTHING = new Uint8Array();

/** An event of the node's own: JSON, or text as it is. */
export function systemEvent(type: string, data: unknown, metadata?: unknown): ProposedEvent {
  return {
    id: randomUuid(),
    type,
    isJson: typeof data !== 'string',
    data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
    metadata: metadata === undefined ? NOTHING : Buffer.from(JSON.stringify(metadata)),
  };
}

/** Writes an event of the node's own; returns its revision. Throws when the log is away. */
export async function writeNote(store: EventStore, stream: string, event: ProposedEvent): Promise<number> {
  const outcome = await store.appender.submit({ kind: 'append', stream, expected: 'any', events: [event] });
  if (outcome.kind !== 'written') throw new Error(`${stream} could not be written: ${outcome.kind}`);
  return outcome.revision;
}

/** Shows of a stream only what begins at `revision`. */
export async function truncateBefore(store: EventStore, stream: string, revision: number): Promise<void> {
  await writeNote(store, metastreamOf(stream), systemEvent(METADATA_TYPE, { $tb: revision }));
}

/** The JSON of a stream's last visible event, undefined without one. */
export async function lastNote<T>(store: EventStore, stream: string): Promise<T | undefined> {
  const rules = await store.streams.rules.load(stream);
  const last = await store.log.lastOf(stream);
  if (!last || rules.tombstoned || last.revision < (rules.visibility.truncateBefore ?? 0)) return undefined;
  return JSON.parse(last.data.toString('utf8')) as T;
}
