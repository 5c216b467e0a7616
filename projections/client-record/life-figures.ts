import { beganAt, stateOf, type Lifecycle } from '../../src/client/lifecycle/lifecycle.evolve.js';
import type { ServiceMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import { gapsDays } from '../../src/client/lifecycle/usual-gap.js';
import type { Instant } from '../../src/schema/instant.js';
import { LONG_AGO } from '../lapse-due/lapse-due.projection.js';
import type { LocalDay } from '../local-day.js';

export type Amount = { currency: string; amountMinor: number };

/** How often a client comes. What is not known of it is null. */
export type Rhythm = {
  usualGapDays: number | null;
  unusualGapDays: number | null;
  /** when it was last served under each of its plans */
  servedUnder: Record<string, Instant>;
};

/** What a lifecycle comes to, in columns. */
export type LifeFigures = {
  state: string;
  state_since: Instant;
  converted_at: Instant;
  first_serviced_at: Instant | null;
  last_serviced_at: Instant | null;
  /** the same, with a stand-in for never: what the directory is ordered by */
  serviced_order: Instant;
  services: number;
  /** distinct days, in the business's zone, with a service */
  visits: number;
  /** since when the client is lapsed; null while it is not */
  lapsed_since: Instant | null;
  /** what the services came to, by currency */
  lifetime: Amount[];
  rhythm: Rhythm;
  merged_into: string | null;
  /** the clients merged into this one */
  absorbed: string[];
};

/**
 * The figures follow from the lifecycle as a whole, so that a late or withdrawn fact needs no rule of its own.
 * @param before the lifecycle before the last fact, and the visits it came to: visits need not be counted anew each time
 */
export function figuresOf(
  lifecycle: Lifecycle,
  before: { readonly lifecycle: Lifecycle; readonly visits: number },
  dayOf: (at: Instant) => LocalDay,
): LifeFigures {
  const { services, lapses, mergedInto, absorbed } = lifecycle;
  const began = beganAt(lifecycle) as Instant;
  const lapse = lapses.at(-1);
  const gaps = gapsDays(services);
  return {
    state: stateOf(lifecycle),
    state_since: mergedInto?.at ?? stateIntervals(lifecycle).at(-1)?.from ?? began,
    converted_at: began,
    first_serviced_at: services[0]?.at ?? null,
    last_serviced_at: services.at(-1)?.at ?? null,
    serviced_order: services.at(-1)?.at ?? LONG_AGO,
    services: services.length,
    visits: visitsOf(services, { services: before.lifecycle.services, visits: before.visits }, dayOf),
    lapsed_since: lapse && !lapse.reactivation ? lapse.at : null,
    lifetime: amountsOf(services),
    rhythm: {
      usualGapDays: gaps.usual ?? null,
      unusualGapDays: gaps.unusual ?? null,
      servedUnder: Object.fromEntries(
        services.flatMap(({ planId, at }) => (planId === undefined ? [] : [[planId, at] as const])),
      ),
    },
    merged_into: mergedInto?.survivorId ?? null,
    absorbed: absorbed.map(({ clientId }) => clientId),
  };
}

/** Nearly every service is the latest one: then only its day and the day of the one before have to be known. */
function visitsOf(
  services: readonly ServiceMark[],
  before: { readonly services: readonly ServiceMark[]; readonly visits: number },
  dayOf: (at: Instant) => LocalDay,
): number {
  if (services === before.services) return before.visits;
  const [previous, last] = [services.at(-2), services.at(-1)];
  const added = services.length === before.services.length + 1 && previous === before.services.at(-1);
  if (added && last) return before.visits + (previous && dayOf(previous.at) === dayOf(last.at) ? 0 : 1);
  return new Set(services.map(({ at }) => dayOf(at))).size;
}

/** @returns what services came to, by currency */
export function amountsOf(services: readonly ServiceMark[]): Amount[] {
  const sums = new Map<string, number>();
  for (const { amountMinor, currency } of services) {
    if (amountMinor !== undefined && currency) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  }
  return [...sums]
    .map(([currency, amountMinor]) => ({ currency, amountMinor }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
