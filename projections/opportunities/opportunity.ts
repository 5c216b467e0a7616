import { plusDays, type Instant } from '../../src/schema/instant.js';
import { isLow, type Rating } from '../at-risk.js';
import type { ClientCardRow } from '../client-record/client-card.js';
import type { ClientRecordRow } from '../client-record/client-record.js';
import { bookedUntil, dueOf, lastRating, listOf, refusesContact } from '../client-record/outlook.js';
import type { NextDue } from '../next-due.js';

export const OPPORTUNITY_KINDS = [
  'due_for_service',
  'not_returned',
  'plan_candidate',
  'additional_service',
  'reactivation',
  'at_risk',
] as const;
export type OpportunityKind = (typeof OPPORTUNITY_KINDS)[number];

/** What makes an opportunity, by kind, in figures; what depends on the day is told when it is read. */
export type Reason =
  | { readonly kind: 'due_for_service'; readonly dueAt: Instant; readonly basis: NextDue['basis'] }
  | { readonly kind: 'not_returned'; readonly servicedAt: Instant; readonly usualDays: number }
  | { readonly kind: 'plan_candidate'; readonly visits: number; readonly usualGapDays: number }
  | { readonly kind: 'reactivation'; readonly lapsedSince: Instant; readonly visits: number }
  | {
      readonly kind: 'at_risk';
      readonly because: 'quiet';
      readonly since: Instant;
      readonly usualDays: number;
    }
  | {
      readonly kind: 'at_risk';
      readonly because: 'open_complaint';
      readonly since: Instant;
      readonly count: number;
    }
  | { readonly kind: 'at_risk'; readonly because: 'low_rating'; readonly rating: Rating };

export interface Opportunity {
  /** from when on it is one; it may lie in the future */
  readonly from: Instant;
  readonly reason: Reason;
}

/** So long after it was approached a client is left alone, before it is on a list again. */
const QUIET_DAYS = 14;

/** A first visit without a second, by trade: so long is usual. Half of what the policy that comes with Tenure lets a client stay away. */
const RETURN_DAYS: Readonly<Record<string, number>> = {
  cleaning: 30,
  salon: 30,
  hvac: 270,
  plumbing: 360,
  electrical: 360,
};
const OTHERS_RETURN_DAYS = 45;

/** Who comes so often, and so evenly, is asked whether it wants a plan. */
const REGULAR = { fewestVisits: 4, leastGapDays: 5, mostGapDays: 200, unevenness: 1.5 };
/** Once is no relationship to win back. */
const FEWEST_VISITS_TO_WIN_BACK = 2;

/** Something is to be done for the client already: that is on the list of follow-ups. */
const SCHEDULED = ['rebooking', 'maintenance'];

/**
 * @returns from when on a client can be approached: once the visits that are booked are over, and it was left alone for a
 *   while; null: not at all, since it is gone, was forgotten or does not want to be, or a follow-up says when
 */
export function approachableFrom(record: ClientRecordRow, card: ClientCardRow): Instant | null {
  const scheduled = listOf(card.items, 'followUps', 'followUpId').some(({ topic = '' }) =>
    SCHEDULED.includes(topic),
  );
  if (isGone(record) || scheduled || refusesContact(card.consents)) return null;
  return latest(record.converted_at, bookedUntil(card.items), rested(card));
}

/**
 * What could be made of a client, and from when on: so that it shows in time without any clock. What others like it do is
 * not known here.
 */
export function opportunitiesOf(record: ClientRecordRow, card: ClientCardRow): Opportunity[] {
  if (isGone(record)) return [];
  const free = approachableFrom(record, card);
  const waiting = free === null ? [] : [...approaches(record, card), ...quiet(record)];
  return [
    ...waiting.map(({ from, reason }) => ({ from: latest(from, free), reason })),
    ...discontents(record, card),
  ];
}

const isGone = ({ state, erased }: ClientRecordRow): boolean =>
  erased || state === 'closed' || state === 'merged';

/** @returns until when the client is to be left alone after it was approached; null if it never was */
const rested = ({ approached_at }: ClientCardRow): Instant | null =>
  approached_at && plusDays(approached_at, QUIET_DAYS);

const latest = (at: Instant, ...others: readonly (Instant | null)[]): Instant =>
  others.reduce<Instant>((last, one) => (one !== null && one > last ? one : last), at);

function approaches(record: ClientRecordRow, { items }: ClientCardRow): Opportunity[] {
  const { state, visits, rhythm, trade, last_serviced_at: last, lapsed_since: lapsedSince } = record;
  if (state === 'lapsed')
    return lapsedSince === null || visits < FEWEST_VISITS_TO_WIN_BACK
      ? []
      : [{ from: lapsedSince, reason: { kind: 'reactivation', lapsedSince, visits } }];
  const due = dueOf({ convertedAt: record.converted_at, lastServicedAt: last, trade, rhythm }, items);
  const found: Opportunity[] = due
    ? [{ from: due.at, reason: { kind: 'due_for_service', dueAt: due.at, basis: due.basis } }]
    : [];
  if (last === null || Object.keys(items.plans ?? {}).length > 0) return found;
  if (visits === 1 && !due) {
    const usualDays = RETURN_DAYS[trade ?? ''] ?? OTHERS_RETURN_DAYS;
    const reason = { kind: 'not_returned', servicedAt: last, usualDays } as const;
    found.push({ from: plusDays(last, usualDays), reason });
  }
  const usualGapDays = evenGapDays(record);
  if (usualGapDays !== null)
    found.push({ from: last, reason: { kind: 'plan_candidate', visits, usualGapDays } });
  return found;
}

/** @returns the usual gap of a client that comes often enough, and evenly enough, for a plan */
function evenGapDays({ visits, rhythm: { usualGapDays, unusualGapDays } }: ClientRecordRow): number | null {
  const { fewestVisits, leastGapDays, mostGapDays, unevenness } = REGULAR;
  if (usualGapDays === null || unusualGapDays === null || visits < fewestVisits) return null;
  const even = unusualGapDays <= usualGapDays * unevenness;
  return even && usualGapDays >= leastGapDays && usualGapDays <= mostGapDays ? usualGapDays : null;
}

const isServed = ({ state }: ClientRecordRow): boolean => state === 'active' || state === 'reactivated';

/** Away for longer than four of five of its own gaps. */
function quiet(record: ClientRecordRow): Opportunity[] {
  const { last_serviced_at: since, rhythm } = record;
  const usualDays = rhythm.unusualGapDays;
  if (!isServed(record) || since === null || usualDays === null) return [];
  const reason = { kind: 'at_risk', because: 'quiet', since, usualDays } as const;
  return [{ from: plusDays(since, usualDays), reason }];
}

/** Discontent does not wait until a client can be approached with something else. */
function discontents(record: ClientRecordRow, card: ClientCardRow): Opportunity[] {
  if (!isServed(record)) return [];
  const open = listOf(card.items, 'complaints', 'complaintId').filter((one) => one.open);
  const since = open[0]?.at ?? record.converted_at;
  const rating = lastRating(card.items);
  return [
    ...(open.length > 0
      ? [
          {
            from: since,
            reason: { kind: 'at_risk', because: 'open_complaint', since, count: open.length } as const,
          },
        ]
      : []),
    ...(rating && isLow(rating)
      ? [
          {
            from: latest(rating.at, rested(card)),
            reason: { kind: 'at_risk', because: 'low_rating', rating } as const,
          },
        ]
      : []),
  ];
}
