import type { LapsePolicy, WindowBasis } from '../../policy/lapse-policy.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import type { Booking } from '../plans/booking.decision.js';
import type { Plan } from '../plans/plan.decision.js';
import type { ServiceMark } from './lifecycle.marks.js';

/** What, beside the services, bears on when a client lapses. */
export interface LapseSurroundings {
  readonly trade: string | undefined;
  readonly plans: readonly Plan[];
  readonly bookings: readonly Booking[];
  readonly closures: readonly { readonly from: Instant; readonly to: Instant | null }[];
}

export interface LapseWindow {
  readonly windowDays: number;
  readonly basis: WindowBasis;
}

export interface DueLapse extends LapseWindow {
  readonly lastServicedAt: Instant;
  /** when the client lapses if it is not serviced before */
  readonly at: Instant;
  /** set where something kept the client beyond the window */
  readonly heldUntil?: Instant;
}

const DAY_MS = 86_400_000;
const CADENCE_SERVICES = 3;
/** Habits change: the last two years of a monthly client say more than the ten before. It also bounds the work. */
const CADENCE_GAPS = 24;
/** What is done on the day it was booked for is often written down on the next. */
const BOOKING_GRACE_DAYS = 1;

/**
 * @param services by business time
 * @param index of the service after which the window runs; later services have no say
 * @returns the window by the first rule that applies (domain.md, "Lapse policy")
 */
export function windowAfter(
  policy: LapsePolicy,
  services: readonly ServiceMark[],
  index: number,
  { trade, plans }: Pick<LapseSurroundings, 'trade' | 'plans'>,
): LapseWindow {
  if (policy.kind === 'fixed') return { windowDays: policy.windowDays, basis: 'fixed' };
  const { factor, floorDays, defaultDays, tradeDays, serviceTypeDays, ownCadence } = policy;
  const service = services[index] as ServiceMark;
  const named = (days: Readonly<Record<string, number>>, name: string | undefined) =>
    name !== undefined && Object.hasOwn(days, name.toLowerCase()) ? days[name.toLowerCase()] : undefined;
  const times = (days: number | undefined) => (days === undefined ? undefined : Math.ceil(days * factor));
  const rules: [WindowBasis, number | undefined][] = [
    ['plan', times(planIntervalAt(plans, service))],
    ['own_cadence', ownCadence ? times(medianGapDays(services, index)) : undefined],
    ['service_type', named(serviceTypeDays, service.serviceType)],
    ['trade', named(tradeDays, trade)],
  ];
  const [basis, days] = rules.find(([, found]) => found !== undefined) ?? ['default', defaultDays];
  return days === undefined || days < floorDays
    ? { windowDays: floorDays, basis: 'floor' }
    : { windowDays: days, basis: basis };
}

/** @returns the lapse due after a service if none follows; null while something without an end keeps the client */
export function dueAfter(
  policy: LapsePolicy,
  services: readonly ServiceMark[],
  index: number,
  surroundings: LapseSurroundings,
): DueLapse | null {
  const window = windowAfter(policy, services, index, surroundings);
  const { at: lastServicedAt } = services[index] as ServiceMark;
  const runOut = plusDays(lastServicedAt, window.windowDays);
  const at = freeFrom(runOut, holdsOf(surroundings));
  if (at === null) return null;
  return { ...window, lastServicedAt, at, ...(at === runOut ? {} : { heldUntil: at }) };
}

interface Hold {
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null for ever */
  readonly to: Instant | null;
}

/** The clock never lapses a client with a live plan (paused or not), a booking still to come, or while it is closed. */
function holdsOf({ plans, bookings, closures }: LapseSurroundings): Hold[] {
  return [
    ...plans.map(({ from, to }) => ({ from, to })),
    ...bookings.map(({ madeAt, scheduledFor, endedAt }) => ({
      from: madeAt,
      to: endedAt ?? plusDays(scheduledFor, BOOKING_GRACE_DAYS),
    })),
    ...closures,
  ];
}

/** @returns the first instant from `at` on that lies in none of the holds */
function freeFrom(at: Instant, holds: readonly Hold[]): Instant | null {
  let free = at;
  for (const { from, to } of holds.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (from > free) break;
    if (to === null) return null;
    if (to > free) free = to;
  }
  return free;
}

/** The interval of the plan that the service was done under, or that was live then; the shortest if there are several. */
function planIntervalAt(plans: readonly Plan[], { planId, at }: ServiceMark): number | undefined {
  const under = plans.filter((plan) => plan.planId === planId);
  const live = plans.filter(({ from, to }) => from <= at && (to === null || at < to));
  const intervals = (under.length > 0 ? under : live).map(({ intervalDays }) => intervalDays);
  return intervals.length > 0 ? Math.min(...intervals) : undefined;
}

/** In days, of the client's last gaps of a day or more: a second job on the same day is no repeat. */
function medianGapDays(services: readonly ServiceMark[], index: number): number | undefined {
  if (index + 1 < CADENCE_SERVICES) return undefined;
  const gaps: number[] = [];
  for (let later = index; later > 0 && gaps.length < CADENCE_GAPS; later--) {
    const [from, to] = [services[later - 1] as ServiceMark, services[later] as ServiceMark];
    const gap = (Date.parse(to.at) - Date.parse(from.at)) / DAY_MS;
    if (gap >= 1) gaps.push(gap);
  }
  if (gaps.length < CADENCE_SERVICES - 1) return undefined;
  gaps.sort((a, b) => a - b);
  const middle = Math.floor(gaps.length / 2);
  const upper = gaps[middle] as number;
  return gaps.length % 2 === 1 ? upper : ((gaps[middle - 1] as number) + upper) / 2;
}
