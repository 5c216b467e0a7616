import { plusDays, type Instant } from '../../src/schema/instant.js';
import type { Rating } from '../at-risk.js';
import { NO_DAY } from '../local-day.js';
import { nextDue, type NextDue } from '../next-due.js';
import { byTime, type CardItems, type ItemKind, type ItemsById } from './card-items.js';
import type { Consent } from './client-card.js';
import type { Rhythm } from './life-figures.js';

/** Whoever is late today may still come. */
export const BOOKING_GRACE_DAYS = 1;

export type Identified<K extends ItemKind, Id extends string> = CardItems[K] & Record<Id, string>;

/** @returns the things of a kind, each with its id, by when they happened */
export function listOf<K extends ItemKind, Id extends string>(
  items: ItemsById,
  kind: K,
  id: Id,
): Identified<K, Id>[] {
  const entries = Object.entries<CardItems[K]>(items[kind] ?? {});
  return entries.sort(byTime).map(([key, item]) => ({ [id]: key, ...item }) as Identified<K, Id>);
}

/** What of a client's record bears on when it is to be served next. */
export interface Served {
  readonly convertedAt: Instant;
  readonly lastServicedAt: Instant | null;
  readonly trade: string | null;
  readonly rhythm: Rhythm;
}

/** @returns when the next service falls due, whether or not a visit is booked */
export function dueOf(
  { convertedAt, lastServicedAt, trade, rhythm }: Served,
  items: ItemsById,
): NextDue | null {
  const last = listOf(items, 'services', 'serviceId').at(-1);
  return nextDue({
    lastServicedAt,
    trade,
    usualGapDays: rhythm.usualGapDays,
    statedDueAt: last?.nextDueAt ?? null,
    livePlans: listOf(items, 'plans', 'planId')
      .filter(({ status }) => status === 'live')
      .map(({ planId, intervalDays = 0, at = convertedAt }) => ({
        ...{ intervalDays, since: rhythm.servedUnder[planId] ?? at },
      })),
  });
}

/** @returns until when a booked visit may still take place: the last of them; null where none is booked */
export function bookedUntil(items: ItemsById): Instant | null {
  const ends = listOf(items, 'bookings', 'bookingId').flatMap(({ scheduledFor }) =>
    scheduledFor === undefined ? [] : [plusDays(scheduledFor, BOOKING_GRACE_DAYS)],
  );
  return ends.sort().at(-1) ?? null;
}

/** @returns until when a client pauses all its plans, `NO_DAY` if it did not say; null where it does not */
export function pausedUntil(items: ItemsById): Instant | null {
  const plans = listOf(items, 'plans', 'planId');
  if (plans.some(({ status }) => status !== 'paused')) return null;
  return (
    plans
      .map((plan) => plan.pausedUntil ?? NO_DAY)
      .sort()
      .at(0) ?? null
  );
}

/** @returns the latest thing the client said of how content it is, on the spot or when it was asked */
export function lastRating(items: ItemsById): Rating | null {
  const onTheSpot = listOf(items, 'services', 'serviceId').map(({ serviceId, rating: score, at }) => ({
    ...{ instrument: 'stars' as const, score, serviceId, at },
  }));
  const asked = listOf(items, 'feedback', 'feedbackId').map(({ feedbackId: _id, ...feedback }) => feedback);
  const given = [...onTheSpot, ...asked].filter((one): one is Rating =>
    [one.instrument, one.score, one.at].every((known) => known !== undefined),
  );
  return given.reduce<Rating | null>((last, one) => (last && last.at > one.at ? last : one), null);
}

/** @returns whether contact was refused outright by some channel, and is agreed to by none */
export const refusesContact = (consents: readonly Consent[]): boolean =>
  consents.some(({ kind, granted }) => kind === 'any' && !granted) &&
  !consents.some(({ granted }) => granted);
