import { clientIdOf } from '../../../src/client/client.events.js';
import type { InvoiceRefunded } from '../../../src/client/billing/billing.events.js';
import type { complaintEvents } from '../../../src/client/complaints/complaint.events.js';
import type {
  CommunicationSent,
  FeedbackReceived,
  ReactivationAttempted,
} from '../../../src/client/contact/contact.events.js';
import type { lifeEvents } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import type { ClientDetailsChanged } from '../../../src/client/record/details.events.js';
import type { EventOf } from '../../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { AppendRule, Row, Table } from '../../../src/projecting/projection.js';

/** The facts that any measure follows from. */
export type AnalyticsEvent = EventOf<
  | (typeof lifeEvents)[keyof typeof lifeEvents]
  | (typeof complaintEvents)[keyof typeof complaintEvents]
  | typeof ClientDetailsChanged
  | typeof InvoiceRefunded
  | typeof FeedbackReceived
  | typeof CommunicationSent
  | typeof ReactivationAttempted
>;

export type FactOf<Type extends AnalyticsEvent['type']> = RecordedEvent<
  Extract<AnalyticsEvent, { type: Type }>
>;

/** What every fact has: the event that tells it, the client whose stream it is in, and both its times. */
export type FactColumns = {
  position: bigint;
  event_id: string;
  client_id: string;
  /** when it happened */
  at: string;
  recorded_at: string;
};

/** The types of those columns, for a table's declaration. */
export const FACT_COLUMNS = {
  position: 'bigint',
  event_id: 'uuid',
  client_id: 'uuid',
  at: 'timestamptz',
  recorded_at: 'timestamptz',
} as const;

/** @returns what every fact has, of this one */
export const factOf = ({ position, id, stream, event, recordedAt }: RecordedEvent): FactColumns => ({
  position,
  event_id: id,
  client_id: clientIdOf(stream),
  at: event.occurredAt,
  recorded_at: recordedAt,
});

/** A table to which some of the facts add rows, and the others none. */
export const facts = <R extends Row>(
  table: Table<R>,
  on: { readonly [Type in AnalyticsEvent['type']]?: (fact: FactOf<Type>) => R[] },
): AppendRule<AnalyticsEvent, R> => ({
  shape: 'append',
  table,
  // The engine passes over facts without a handler.
  on: on as AppendRule<AnalyticsEvent, R>['on'],
});
