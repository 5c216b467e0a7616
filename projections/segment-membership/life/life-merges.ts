import { caused, type Cause } from '../../../src/client/lifecycle/state-intervals.js';
import type { PooledLife } from '../../../src/client/identity/pooled-life.js';
import type { Instant } from '../../../src/schema/instant.js';
import type { LocalDay } from '../../local-day.js';
import { complaintOpened, complaintResolved, invoicePaid, isOpen, planEnded } from './life-changes.js';
import type { ComplaintLife, InvoiceLife, Moment, PlanLife, SegmentLife } from './segment-life.js';

/** Things as clients pass them on, as far as rules speak of them. */
interface ComplaintMark {
  readonly at: Instant;
  readonly open: boolean;
}
interface PlanMark {
  readonly from: Instant;
  readonly to: Instant | null;
}
interface InvoiceMark {
  readonly amountMinor: number;
  readonly paidMinor: number;
  readonly paidAt: readonly Instant[];
  readonly dueOn?: LocalDay;
  readonly overdue: boolean;
}

type Things = Pick<SegmentLife, 'complaints' | 'plans' | 'invoices'>;

const marksOf = <Mark>({ items }: PooledLife, kind: string): [id: string, Mark][] =>
  Object.entries((items[kind] ?? {}) as Record<string, Mark>);

/** What may have changed a state of a client whose life is pooled: for this client, the event that pools it is the evidence. */
export const causesIn = ({ services, lapses }: PooledLife): Cause[] => [
  ...services.map(({ serviceId }) => serviceId),
  ...lapses.flatMap(({ lapseId }) => [lapseId, caused.byReturnFrom(lapseId)]),
];

/** @returns the things of a life together with those an absorbed client brings in */
export function withAbsorbed(life: SegmentLife, pooled: PooledLife, moment: Moment): Things {
  const { complaints, plans, invoices } = passed(life, pooled, moment);
  return {
    complaints: { ...life.complaints, ...complaints },
    plans: { ...life.plans, ...plans },
    invoices: { ...life.invoices, ...invoices },
  };
}

/** @returns what is left of the things when some go to a client that is parted from this one */
export function withoutReleased(
  life: SegmentLife,
  pooled: PooledLife,
): Things & Pick<SegmentLife, 'answers'> {
  const left = <Thing>(kind: string, things: Readonly<Record<string, Thing>>) => {
    const gone = new Set(marksOf(pooled, kind).map(([id]) => id));
    return Object.fromEntries(Object.entries(things).filter(([id]) => !gone.has(id)));
  };
  return {
    answers: left('feedback', life.answers),
    complaints: left('complaints', life.complaints),
    plans: left('plans', life.plans),
    invoices: left('invoices', life.invoices),
  };
}

/**
 * @returns the things that pass to a client, alone: of a client that is parted from another, all it has then. What passes
 *   is what counts of a thing; where this client knew it before, it goes on from there
 */
export function passed(life: SegmentLife, pooled: PooledLife, moment: Moment): Things {
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
    plans: made<PlanMark, PlanLife>('plans', life.plans, (mark, known) => plan(mark, known, moment)),
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

function plan({ from, to }: PlanMark, known: PlanLife | undefined, { by }: Moment): PlanLife {
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
