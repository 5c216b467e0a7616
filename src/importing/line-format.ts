import { ComplaintDetails, ResolutionDetails } from '../client/complaints/complaint.events.js';
import { BookingDetails } from '../client/plans/booking.events.js';
import { FeedbackDetails } from '../client/contact/contact.events.js';
import { InvoiceDetails, PaymentDetails } from '../client/billing/billing.events.js';
import { Closure } from '../client/identity/identity.events.js';
import {
  Conversion,
  CorrectedDetails,
  ServiceDetails,
  VoidReason,
} from '../client/lifecycle/lifecycle.events.js';
import { NoteText } from '../client/record/note.events.js';
import { fieldsOf } from '../schema/fields.js';
import type { ClientFact } from './client-fact.js';

/** A field that holds a name of the business's own (a client, job or complaint number), and the id it turns into. */
export interface Reference {
  readonly of: 'client' | 'service' | 'complaint' | 'booking' | 'invoice' | 'feedback';
  readonly becomes: string;
  readonly required?: boolean;
}

export interface LineType {
  readonly references: Readonly<Record<string, Reference>>;
  /** the class of all other fields, which keep their names */
  readonly details: new () => object;
  /** an amount means nothing without its currency, nor a currency without its amount */
  readonly amount?: string;
  /** every name that a line of this type may use */
  readonly fields: ReadonlySet<string>;
  readonly instants: readonly string[];
  /** JSON's type of each field that is not text */
  readonly kinds: ReadonlyMap<string, string>;
}

/** The import format: what a line of each type holds (docs/how-to/import-histories.md). */
export const lineTypes: Readonly<Record<ClientFact['type'], LineType>> = {
  converted: lineType({
    details: Conversion,
    references: { referrerRef: { of: 'client', becomes: 'referrerId' } },
  }),
  serviced: lineType({
    details: ServiceDetails,
    references: {
      serviceRef: { of: 'service', becomes: 'serviceId', required: true },
      callbackOfRef: { of: 'service', becomes: 'callbackOf' },
    },
    amount: 'amountMinor',
    aliases: ['technician'],
  }),
  complained: lineType({
    details: ComplaintDetails,
    references: {
      complaintRef: { of: 'complaint', becomes: 'complaintId', required: true },
      serviceRef: { of: 'service', becomes: 'serviceId' },
      repeatOfRef: { of: 'complaint', becomes: 'repeatOf' },
    },
  }),
  resolved: lineType({
    details: ResolutionDetails,
    references: { complaintRef: { of: 'complaint', becomes: 'complaintId', required: true } },
    amount: 'creditMinor',
  }),
  noted: lineType({ details: NoteText, references: {} }),
  booked: lineType({
    details: BookingDetails,
    references: { bookingRef: { of: 'booking', becomes: 'bookingId', required: true } },
    aliases: ['technician'],
  }),
  invoiced: lineType({
    details: InvoiceDetails,
    references: { invoiceRef: { of: 'invoice', becomes: 'invoiceId', required: true } },
  }),
  paid: lineType({
    details: PaymentDetails,
    references: { invoiceRef: { of: 'invoice', becomes: 'invoiceId', required: true } },
    amount: 'amountMinor',
  }),
  feedback: lineType({
    details: FeedbackDetails,
    references: {
      feedbackRef: { of: 'feedback', becomes: 'feedbackId', required: true },
      serviceRef: { of: 'service', becomes: 'serviceId' },
    },
  }),
  closed: lineType({ details: Closure, references: {} }),
  service_voided: lineType({
    details: VoidReason,
    references: { serviceRef: { of: 'service', becomes: 'serviceId', required: true } },
  }),
  service_corrected: lineType({
    details: CorrectedDetails,
    references: {
      serviceRef: { of: 'service', becomes: 'serviceId', required: true },
      callbackOfRef: { of: 'service', becomes: 'callbackOf' },
    },
    amount: 'amountMinor',
    aliases: ['technician', 'newOccurredAt'],
  }),
};

function lineType(
  type: Pick<LineType, 'details' | 'references' | 'amount'> & { aliases?: string[] },
): LineType {
  const { details, references, aliases = [] } = type;
  const ids = new Set(Object.values(references).map(({ becomes }) => becomes));
  const own = fieldsOf(details).filter(({ name }) => !ids.has(name));
  const names = own.map(({ name }) => name);
  return {
    ...type,
    fields: new Set(['type', 'clientRef', 'occurredAt', ...Object.keys(references), ...aliases, ...names]),
    instants: own.filter(({ kind }) => kind === 'instant').map(({ name }) => name),
    kinds: new Map(own.flatMap(({ name, schema }) => (schema.type ? [[name, schema.type]] : []))),
  };
}
