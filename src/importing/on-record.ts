import type { ClientState } from '../client/client.slices.js';
import type { ServiceFigures } from '../client/lifecycle/lifecycle.marks.js';
import type { ClientFact, FactType } from './client-fact.js';

/** Whether a fact is on record: not yet, as it stands, or something else in its place (in words that quote nothing personal). */
export type OnRecord = 'not yet' | 'as it stands' | { readonly instead: string };

type Fact<Type extends FactType> = Extract<ClientFact, { type: Type }>;
type Telling = { readonly [Type in FactType]: (state: ClientState, fact: Fact<Type>) => OnRecord };

const NO_SERVICE: OnRecord = { instead: 'the client has no service of this serviceRef up to this instant' };
const NO_INVOICE: OnRecord = { instead: 'the client has no invoice of this invoiceRef up to this instant' };

const telling: Telling = {
  converted: ({ lifecycle: { convertedAt } }, { at }) => {
    if (convertedAt === null) return 'not yet';
    return convertedAt === at
      ? 'as it stands'
      : { instead: `the client is recorded as converted on ${convertedAt}` };
  },
  serviced: ({ lifecycle: { services, voided } }, { at, data }) => {
    const service = [...services, ...voided].find(({ serviceId }) => serviceId === data.serviceId);
    if (!service) return 'not yet';
    // What was corrected since was recorded otherwise first.
    const first = service.first ?? service;
    return sameFigures(first, { ...data, at })
      ? 'as it stands'
      : { instead: `a service of this serviceRef is recorded on ${first.at}, ${amountOf(first)}` };
  },
  service_corrected: ({ lifecycle: { services, voided } }, { at, data }) => {
    const service = [...services, ...voided].find(({ serviceId }) => serviceId === data.serviceId);
    if (!service) return NO_SERVICE;
    return service.correctedAt?.includes(at) ? 'as it stands' : 'not yet';
  },
  service_voided: ({ lifecycle: { services, voided } }, { data }) => {
    if (voided.some(({ serviceId }) => serviceId === data.serviceId)) return 'as it stands';
    return services.some(({ serviceId }) => serviceId === data.serviceId) ? 'not yet' : NO_SERVICE;
  },
  complained: ({ complaints }, { at, data }) => {
    const complaint = complaints.get(data.complaintId);
    if (!complaint) return 'not yet';
    return complaint.at === at
      ? 'as it stands'
      : { instead: `a complaint of this complaintRef is recorded on ${complaint.at}` };
  },
  resolved: ({ complaints }, { at, data }) => {
    const complaint = complaints.get(data.complaintId);
    if (!complaint) return { instead: 'the client has no complaint of this complaintRef up to this instant' };
    if (at < complaint.at)
      return { instead: `the complaint of this complaintRef was raised only on ${complaint.at}` };
    return complaint.open ? 'not yet' : 'as it stands';
  },
  noted: ({ notes }, { data }) => (notes.has(data.noteId) ? 'as it stands' : 'not yet'),
  booked: ({ bookings }, { at, data }) => {
    const booking = bookings.get(data.bookingId);
    if (!booking) return 'not yet';
    return booking.madeAt === at
      ? 'as it stands'
      : { instead: `a booking of this bookingRef is recorded as made on ${booking.madeAt}` };
  },
  invoiced: ({ invoices }, { data }) => {
    const invoice = invoices.get(data.invoiceId);
    if (!invoice) return 'not yet';
    const same = invoice.amountMinor === data.amountMinor && invoice.currency === data.currency;
    return same
      ? 'as it stands'
      : { instead: `an invoice of this invoiceRef is recorded, ${amountOf(invoice)}` };
  },
  paid: ({ invoices }, { at, data }) => {
    const invoice = invoices.get(data.invoiceId);
    if (!invoice) return NO_INVOICE;
    return invoice.paidAt.includes(at) ? 'as it stands' : 'not yet';
  },
  feedback: ({ feedback }, { data }) => (feedback.has(data.feedbackId) ? 'as it stands' : 'not yet'),
  closed: ({ lifecycle: { closures } }, { at }) =>
    closures.some(({ from }) => from === at) ? 'as it stands' : 'not yet',
};

/** @returns whether a fact is on record of a client */
export function onRecord(state: ClientState, fact: ClientFact): OnRecord {
  const tell = telling[fact.type] as (state: ClientState, fact: ClientFact) => OnRecord;
  return tell(state, fact);
}

const sameFigures = (one: ServiceFigures, other: ServiceFigures): boolean =>
  one.at === other.at && one.amountMinor === other.amountMinor && one.currency === other.currency;

const amountOf = ({ amountMinor, currency }: { amountMinor?: number; currency?: string }): string =>
  amountMinor === undefined ? 'without an amount' : `over ${amountMinor} minor units of ${currency}`;
