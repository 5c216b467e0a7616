import type { Instrument } from '../src/client/contact/contact.events.js';
import { wholeDaysBetween, type Instant } from '../src/schema/instant.js';

/** What a client said last of how content it is. */
export interface Rating {
  readonly instrument: Instrument;
  readonly score: number;
  readonly at: Instant;
}

/** Who answers so is dissatisfied, or a detractor. */
const LOW = { stars: 2, csat: 2, nps: 6 } as const;
export const isLow = ({ instrument, score }: Rating): boolean => score <= LOW[instrument];

export type Risk =
  /** quiet for `days`, where four of five gaps were at most `usualDays` */
  | { readonly kind: 'quiet'; readonly days: number; readonly usualDays: number }
  | { readonly kind: 'open_complaint'; readonly count: number }
  | { readonly kind: 'low_rating'; readonly rating: Rating };

export interface RiskFacts {
  readonly lastServicedAt: Instant | null;
  /** as the function of this name has it; null where the client has no habit */
  readonly unusualGapDays: number | null;
  readonly openComplaints: number;
  readonly lastRating: Rating | null;
}

/**
 * Why a client may be about to be lost. Who is lapsed, closed or merged is past that; ask of others only.
 * @param othersGapDays what four of five gaps of other clients of the kind come to, for one that has no habit of its own
 * @returns every reason there is
 */
export function risksOf(
  { lastServicedAt, unusualGapDays, openComplaints, lastRating }: RiskFacts,
  now: Instant,
  othersGapDays?: number,
): Risk[] {
  const usualDays = unusualGapDays ?? othersGapDays;
  const days = lastServicedAt === null ? 0 : wholeDaysBetween(lastServicedAt, now);
  return [
    ...(usualDays !== undefined && days > usualDays ? [{ kind: 'quiet' as const, days, usualDays }] : []),
    ...(openComplaints > 0 ? [{ kind: 'open_complaint' as const, count: openComplaints }] : []),
    ...(lastRating && isLow(lastRating) ? [{ kind: 'low_rating' as const, rating: lastRating }] : []),
  ];
}
