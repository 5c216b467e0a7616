import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { SealedFields } from '../../src/event-store/personal-seal.js';
import type { AppendRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { categoryOf, daysIn, inWords, KINDS } from './entry-words.js';

/** One fact of a client, as the history shows it. */
export type ClientEntryRow = {
  client_id: string;
  /** business time */
  occurred_at: Instant;
  position: bigint;
  event_id: string;
  revision: number;
  /** the event type */
  kind: string;
  category: string;
  /** record time */
  recorded_at: Instant;
  summary: string;
  /** what is not personal */
  data: object;
  /** what is personal, as it is stored: opened for a reader, by the client's key, as long as there is one */
  sealed: SealedFields | null;
  actor_id: string;
  actor_role: string;
  source: string;
};

/** The key is the order of the history, so that one index serves both. */
export const clientEntry: Table<ClientEntryRow> = {
  name: 'client_entry',
  columns: {
    client_id: 'uuid',
    occurred_at: 'timestamptz',
    position: 'bigint',
    event_id: 'uuid',
    revision: 'integer',
    kind: 'text',
    category: 'text',
    recorded_at: 'timestamptz',
    summary: 'text',
    data: 'jsonb',
    sealed: 'jsonb?',
    actor_id: 'text',
    actor_role: 'text',
    source: 'text',
  },
  key: ['client_id', 'occurred_at', 'position'],
};

/** @param timeZone the business's zone (IANA name), in which days are named */
export function clientEntries(timeZone: string): AppendRule<ClientEvent, ClientEntryRow> {
  const dayOf = daysIn(timeZone);
  const entry = ({
    stream,
    id,
    revision,
    position,
    recordedAt,
    envelope,
    event,
    sealed,
  }: RecordedEvent<ClientEvent>) => [
    {
      client_id: clientIdOf(stream),
      occurred_at: event.occurredAt,
      position,
      event_id: id,
      revision,
      kind: event.type,
      category: categoryOf(event.type),
      recorded_at: recordedAt,
      summary: inWords(event, dayOf),
      data: sealed ? without(event.data, sealed.fields) : event.data,
      sealed: sealed ?? null,
      actor_id: envelope.actor.id,
      actor_role: envelope.actor.role,
      source: envelope.source,
    },
  ];
  // Every kind of fact makes one entry alike; the vocabulary knows them all.
  const on = {
    ...Object.fromEntries(KINDS.map((kind) => [kind, entry])),
    // How to get in is shown in one place only, which records who looked.
    AccessNoteRecorded: (recorded: RecordedEvent<ClientEvent>) =>
      entry(recorded).map((row) => ({ ...row, data: without(row.data, ['note']), sealed: null })),
  };
  return { shape: 'append', table: clientEntry, on: on as AppendRule<ClientEvent, ClientEntryRow>['on'] };
}

const without = (data: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
