import type { DomainEvent } from '../../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { Instant } from '../../../src/schema/instant.js';
import type {
  ComplaintLife,
  InvoiceLife,
  Moment,
  PlanLife,
  Said,
  SaidOf,
  SegmentLife,
} from './segment-life.js';

/** @returns when an event happened, and its id */
export const momentOf = ({ id, event }: RecordedEvent<DomainEvent>): Moment => ({
  at: event.occurredAt,
  by: id,
});

/**
 * A detail is what was last said of it, from the date on for which it was said. So what is recorded late, with an earlier
 * date, takes the place of whatever was held from that date on, as with tags.
 */
export function saying(
  said: readonly Said[],
  values: { readonly [What in SaidOf]?: string | undefined },
  moment: Moment,
): readonly Said[] {
  return Object.entries(values).reduce<readonly Said[]>((all, [what, value]) => {
    if (value === undefined) return all;
    const kept = all.filter((one) => one.what !== what || one.at < moment.at);
    return [...kept, { what: what as SaidOf, value, ...moment }];
  }, said);
}

type Kind = 'complaints' | 'plans' | 'invoices' | 'details' | 'answers';

/** @returns the part with one thing of a kind changed or added; what `change` makes of nothing may be nothing */
export function withThing<K extends Kind>(
  life: SegmentLife,
  kind: K,
  id: string,
  change: (thing: SegmentLife[K][string] | undefined) => SegmentLife[K][string] | undefined,
): Partial<SegmentLife> {
  const thing = change(life[kind][id] as SegmentLife[K][string] | undefined);
  return thing === undefined ? {} : { [kind]: { ...life[kind], [id]: thing } };
}

export function complaintOpened(complaint: ComplaintLife | undefined, { at, by }: Moment): ComplaintLife {
  const spell = { from: at, to: null, begunBy: by, endedBy: null };
  return complaint ? { ...complaint, open: [...complaint.open, spell] } : { at, by, open: [spell] };
}

export function complaintResolved(complaint: ComplaintLife, { at, by }: Moment): ComplaintLife {
  const open = complaint.open.map((spell) => (spell.to === null ? { ...spell, to: at, endedBy: by } : spell));
  return { ...complaint, open };
}

export const isOpen = ({ open }: ComplaintLife): boolean => open.at(-1)?.to === null;

export const planNamed = (plan: PlanLife, name: string | undefined, moment: Moment): PlanLife =>
  name === undefined
    ? plan
    : { ...plan, names: [...plan.names.filter(({ at }) => at < moment.at), { name, ...moment }] };

export const planEnded = (plan: PlanLife, { at, by }: Moment): PlanLife => ({
  ...plan,
  to: at,
  endedBy: by,
});

export function invoicePaid(invoice: InvoiceLife, amountMinor: number, moment: Moment): InvoiceLife {
  const paidMinor = invoice.paidMinor + amountMinor;
  const paid = paidMinor >= invoice.amountMinor ? { paid: lastOf(invoice.at, moment) } : {};
  return { ...invoice, paidMinor, ...paid };
}

/** A payment dated before the invoice counts from the invoice on. */
const lastOf = (issuedAt: Instant, { at, by }: Moment): Moment => ({ at: at < issuedAt ? issuedAt : at, by });
