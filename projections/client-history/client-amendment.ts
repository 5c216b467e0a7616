import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { AppendRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { daysIn, inWords } from './entry-words.js';
import type { Kind } from './vocabulary.js';

/** Which facts put which others right, and by which id of their data they say so. */
const AMENDED = {
  ServiceCorrected: { kind: 'ClientServiced', id: 'serviceId' },
  ServiceVoided: { kind: 'ClientServiced', id: 'serviceId' },
  NoteAmended: { kind: 'NoteAdded', id: 'noteId' },
  LapseRevoked: { kind: 'ClientLapsed', id: 'lapseId' },
  ReactivationRevoked: { kind: 'ClientReactivated', id: 'lapseId' },
} as const satisfies Partial<Record<Kind, { kind: Kind; id: string }>>;

/** SQL for the id by which facts that put an `entry` right name it; null where there can be none. */
export const SUBJECT_OF_ENTRY = `CASE entry.kind ${[
  ...new Set(
    Object.values(AMENDED).map(({ kind, id }) => `WHEN '${kind}' THEN (entry.data ->> '${id}')::uuid`),
  ),
].join(' ')} END`;

/** A correction, void or withdrawal, to be shown beside what it puts right. */
export type ClientAmendmentRow = {
  client_id: string;
  /** id of what is put right */
  subject: string;
  position: bigint;
  /** kind of fact that is put right */
  amends: string;
  event_id: string;
  kind: string;
  occurred_at: Instant;
  recorded_at: Instant;
  summary: string;
};

const clientAmendment: Table<ClientAmendmentRow> = {
  name: 'client_amendment',
  columns: {
    client_id: 'uuid',
    subject: 'uuid',
    position: 'bigint',
    amends: 'text',
    event_id: 'uuid',
    kind: 'text',
    occurred_at: 'timestamptz',
    recorded_at: 'timestamptz',
    summary: 'text',
  },
  key: ['client_id', 'subject', 'position'],
};

/** @param timeZone the business's zone (IANA name), in which days are named */
export function clientAmendments(timeZone: string): AppendRule<ClientEvent, ClientAmendmentRow> {
  const dayOf = daysIn(timeZone);
  const amendment = ({ stream, id, position, recordedAt, event }: RecordedEvent<ClientEvent>) => {
    const { kind, id: named } = AMENDED[event.type as keyof typeof AMENDED];
    return [
      {
        client_id: clientIdOf(stream),
        subject: (event.data as unknown as Record<string, string>)[named] as string,
        position,
        amends: kind,
        event_id: id,
        kind: event.type,
        occurred_at: event.occurredAt,
        recorded_at: recordedAt,
        summary: inWords(event, dayOf),
      },
    ];
  };
  const on = Object.fromEntries(Object.keys(AMENDED).map((kind) => [kind, amendment]));
  return {
    shape: 'append',
    table: clientAmendment,
    on: on as unknown as AppendRule<ClientEvent, ClientAmendmentRow>['on'],
  };
}
