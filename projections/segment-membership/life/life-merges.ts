import { caused, type Cause } from '../../../src/client/lifecycle/state-intervals.js';
import type { InvoiceMark } from '../../../src/client/billing/billing.decision.js';
import type { ComplaintMark } from '../../../src/client/complaints/complaint.decision.js';
import type { PooledLife } from '../../../src/client/identity/pooled-life.js';
import type { Plan } from '../../../src/client/plans/plan.decision.js';
import { complaintOpened, complaintResolved, invoicePaid, isOpen, planEnded } from './life-changes.js';
import type { ComplaintLife, InvoiceLife, Moment, PlanLife, SegmentLife } from './segment-life.js';

const marksOf = <Mark>({ items }: PooledLife, kind: string): [id: string, Mark][] =>
  Object.entries((items[kind] ?? {}) as Record<string, Mark>);

/** What may have changed a state of a client whose life is pooled: for this client, the event that pools it is the evidence. */
export const causesIn = ({ services, lapses }: PooledLife): Cause[] => [
  ...services.map(({ serviceId }) => serviceId),
  ...lapses.flatMap(({ lapseId }) => [lapseId, caused.byReturnFrom(lapseId)]),
];

/** @returns the things of a life together with those an absorbed client brings in */
export function withAbsorbed(life: SegmentLife, pooled: PooledLife, moment: Moment): SegmentLife {
  const { complaints, plans, invoices } = passed(life, pooled, moment);
  return {
    ...life,
    complaints: { ...life.complaints, ...complaints },
    plans: { ...life.plans, ...plans },
    invoices: { ...life.invoices, ...invoices },
  };
}

/** @returns what is left of the things when some go to a client that is parted from this one */
export function withoutReleased(life: SegmentLife, pooled: PooledLife): SegmentLife {
  const left = <Thing>(kind: string, things: Readonly<Record<string, Thing>>) => {
    const gone = new Set(marksOf(pooled, kind).map(([id]) => id));
    return Object.fromEntries(Object.entries(things).filter(([id]) => !gone.has(id)));
  };
  return {
    ...life,
    answers: left('feedback', life.answers),
    complaints: left('complaints', life.complaints),
    plans: left('plans', life.plans),
    invoices: left('invoices', life.invoices),
  };
}

/** @returns the things of a client that is parted from another: those that come back, with what it knew of them itself */
export const restored = (life: SegmentLife, pooled: PooledLife, moment: Moment): SegmentLife => ({
  ...life,
  ...passed(life, pooled, moment),
});

/** What passes is what counts of a thing; where this client knew it before, it goes on from there. */
function passed(life: SegmentLife, pooled: PooledLife, moment: Moment) {
  const made = <Mark, Thing>(
    kind: string,
    known: Readonly<Record<string, Thing>>,
    make: (mark: Mark, thing: Thing | undefined) => Thing,
  ): Record<string, Thing> =>
    Object.fromEntries(marksOf<Mark>(pooled, kind).map(([id, mark]) => [id, make(mark, known[id])]));
  return {
    complaints: made<ComplaintMark, ComplaintLife>('complaints', life.complaints, (mark, known) =>
      complaint(mark, known, moment),
    ),
    plans: made<Plan, PlanLife>('plans', life.plans, (mark, known) => plan(mark, known, moment)),
    invoices: made<InvoiceMark, InvoiceLife>('invoices', life.invoices, (mark, known) =>
      invoice(mark, known, moment),
    ),
  };
}

function complaint(
  { at, open }: ComplaintMark,
  known: ComplaintLife | undefined,
  moment: Moment,
): ComplaintLife {
  if (known && isOpen(known) === open) return known;
  if (known) return open ? complaintOpened(known, { at, by: moment.by }) : complaintResolved(known, moment);
  const none = { at, by: moment.by, open: [] };
  return open ? complaintOpened(none, none) : none;
}

function plan({ from, to }: Plan, known: PlanLife | undefined, { by }: Moment): PlanLife {
  if (!known) return { from, to, begunBy: by, endedBy: to === null ? null : by, names: [] };
  return to === null || known.to !== null ? known : planEnded(known, { at: to, by });
}

/** When an invoice was issued is not passed on: it is held to be there from its first payment, or from the merge on. */
function invoice(
  { amountMinor, paidMinor, paidAt, dueOn, overdue }: InvoiceMark,
  known: InvoiceLife | undefined,
  moment: Moment,
): InvoiceLife {
  const at = paidAt[0] !== undefined && paidAt[0] < moment.at ? paidAt[0] : moment.at;
  const issued = known ?? {
    ...{ at, by: moment.by, amountMinor, paidMinor: 0 },
    ...(dueOn === undefined ? {} : { dueOn }),
  };
  const told = overdue && !issued.overdue ? { ...issued, overdue: moment } : issued;
  if (paidMinor <= told.paidMinor) return told;
  return invoicePaid(told, paidMinor - told.paidMinor, { at: paidAt.at(-1) ?? moment.at, by: moment.by });
}
