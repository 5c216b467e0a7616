import { shortestWindowDays, type LapsePolicy, type WindowBasis } from '../../policy/lapse-policy.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import { LONGEST_WINDOW_DAYS } from '../../schema/value-fields.js';
import type { Items } from '../items.js';
import type { Booking } from '../plans/booking.decision.js';
import type { Plan } from '../plans/plan.decision.js';
import type { LapseWindow, ServiceMark } from './lifecycle.marks.js';
import { usualGapDays } from './usual-gap.js';

/** What, beside the services, bears on when a client lapses. */
export interface LapseSurroundings {
  readonly trade: string | undefined;
  readonly plans: Items<Plan>;
  readonly bookings: Items<Booking>;
  readonly closures: readonly { readonly from: Instant; readonly to: Instant | null }[];
}

export interface DueLapse extends LapseWindow {
  readonly lastServicedAt: Instant;
  /** when the client lapses if it is not serviced before */
  readonly at: Instant;
  /** set where something kept the client beyond the window */
  readonly heldUntil?: Instant;
}

/** What is done on the day it was booked for is often written down on the next. */
const BOOKING_GRACE_DAYS = 1;

/**
 * @param services by business time
 * @param index of the service after which the window runs; later services have no say
 * @returns the window by the first rule that applies (docs/explanation/lapses.md)
 */
export function windowAfter(
  policy: LapsePolicy,
  services: readonly ServiceMark[],
  index: number,
  { trade, plans }: Pick<LapseSurroundings, 'trade' | 'plans'>,
): LapseWindow {
  const { version: policyVersion } = policy;
  if (policy.kind === 'fixed') return { windowDays: policy.windowDays, basis: 'fixed', policyVersion };
  const { factor, floorDays, defaultDays, tradeDays, serviceTypeDays, ownCadence } = policy;
  const service = services[index] as ServiceMark;
  // In floating point 1.1 × 10 is a little more than 11, and would be rounded up to 12.
  const times = (days: number | undefined) =>
    days === undefined ? undefined : Math.min(Math.ceil(days * factor - 1e-9), LONGEST_WINDOW_DAYS);
  const rules: [WindowBasis, () => number | undefined][] = [
    ['plan', () => times(planIntervalAt(plans, service))],
    ['own_cadence', () => (ownCadence ? times(usualGapDays(services, index)) : undefined)],
    ['service_type', () => daysOf(serviceTypeDays, service.serviceType)],
    ['trade', () => daysOf(tradeDays, trade)],
    ['default', () => defaultDays],
  ];
  for (const [basis, daysBy] of rules) {
    const windowDays = daysBy();
    if (windowDays === undefined) continue;
    if (windowDays < floorDays) break;
    return { windowDays, basis, policyVersion };
  }
  return { windowDays: floorDays, basis: 'floor', policyVersion };
}

const daysOf = (days: Readonly<Record<string, number>>, name = ''): number | undefined =>
  Object.hasOwn(days, name.toLowerCase()) ? days[name.toLowerCase()] : undefined;

/**
 * @param upTo inclusive; a lapse due later is of no interest. Left out, any is
 * @returns the lapse due after a service if none follows; null while something without an end keeps the client
 */
export function dueAfter(
  policy: LapsePolicy,
  services: readonly ServiceMark[],
  index: number,
  surroundings: LapseSurroundings,
  upTo?: Instant,
): DueLapse | null {
  const { at } = services[index] as ServiceMark;
  // Nearly always not even the shortest window has run out, and it need not be known which one it is.
  if (upTo !== undefined && plusDays(at, shortestWindowDays(policy)) > upTo) return null;
  return dueBy(windowAfter(policy, services, index, surroundings), at, surroundings, upTo);
}

/** As `dueAfter`, where the window is known. */
export function dueBy(
  { windowDays, basis, policyVersion }: LapseWindow,
  lastServicedAt: Instant,
  surroundings: LapseSurroundings,
  upTo?: Instant,
): DueLapse | null {
  const runOut = plusDays(lastServicedAt, windowDays);
  const early = (at: Instant) => upTo !== undefined && at > upTo;
  if (early(runOut)) return null;
  const at = freeFrom(runOut, surroundings);
  if (at === null || early(at)) return null;
  const due = { windowDays, basis, policyVersion, lastServicedAt, at };
  return at === runOut ? due : { ...due, heldUntil: at };
}

interface Hold {
  /** exclusive: what begins at the instant when the client lapses comes too late */
  readonly from: Instant;
  /** exclusive; null for ever */
  readonly to: Instant | null;
}

/**
 * The clock never lapses a client with a live plan (paused or not), a booking still to come, or while it is closed.
 * @returns the first instant from `at` on when nothing of that holds
 */
function freeFrom(at: Instant, { plans, bookings, closures }: LapseSurroundings): Instant | null {
  const holds: Hold[] = [];
  const add = (hold: Hold) => {
    if (hold.to === null || hold.to > at) holds.push(hold);
  };
  plans.forEach(add);
  // Of thousands of bookings nearly all are over; that is told without reckoning with each.
  const lately = plusDays(at, -BOOKING_GRACE_DAYS);
  bookings.forEach((booking) => {
    if (booking.scheduledFor > lately) add(holdOf(booking));
  });
  closures.forEach(add);
  let free = at;
  for (const { from, to } of holds.sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (from >= free) break;
    if (to === null) return null;
    if (to > free) free = to;
  }
  return free;
}

/** However late it is told that a visit was called off or missed, it held nobody beyond its own time. */
function holdOf({ status, madeAt: from, scheduledFor, endedAt }: Booking): Hold {
  const passed = plusDays(scheduledFor, BOOKING_GRACE_DAYS);
  if (endedAt === undefined) return { from, to: passed };
  const ended = status === 'kept' ? plusDays(endedAt, BOOKING_GRACE_DAYS) : endedAt;
  return { from, to: ended < passed ? ended : passed };
}

/** The interval of the plan that the service was done under, or that was live then; the shortest if there are several. */
function planIntervalAt(plans: Items<Plan>, { planId, at }: ServiceMark): number | undefined {
  const under = planId === undefined ? undefined : plans.get(planId);
  if (under) return under.intervalDays;
  let shortest: number | undefined;
  plans.forEach(({ from, to, intervalDays }) => {
    const live = from <= at && (to === null || at < to);
    if (live && (shortest === undefined || intervalDays < shortest)) shortest = intervalDays;
  });
  return shortest;
}
