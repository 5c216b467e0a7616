import type { Instant } from '../../schema/instant.js';
import { beganAt, type Lifecycle, type LifecycleState } from './lifecycle.evolve.js';

export interface StateInterval {
  readonly state: LifecycleState;
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null while it lasts */
  readonly to: Instant | null;
}

/**
 * The states of a client through business time, one after the other without gaps, up to its merge into another.
 * States that lasted no time (a client serviced at the instant of its conversion was never `new`) are left out.
 */
export function stateIntervals(lifecycle: Lifecycle): StateInterval[] {
  const { closures, mergedInto } = lifecycle;
  const open = served(lifecycle).flatMap((interval) => outside(interval, closures));
  const closed = closures.map(({ from, to }) => ({ state: 'closed' as const, from, to }));
  const end = mergedInto?.at ?? null;
  return [...open, ...closed]
    .map((interval) =>
      end !== null && !(interval.to !== null && interval.to < end) ? { ...interval, to: end } : interval,
    )
    .filter(({ from, to }) => to === null || from < to)
    .sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** As if the client had never been closed or merged. */
function served(lifecycle: Lifecycle): StateInterval[] {
  const { services, lapses } = lifecycle;
  const began = beganAt(lifecycle);
  const changes: { state: LifecycleState; from: Instant }[] = [];
  const enter = (state: LifecycleState, from: Instant) => changes.push({ state, from });
  const first = services[0];
  if (began !== null && (!first || began < first.at)) enter('new', began);
  if (first) enter('active', first.at);
  for (const lapse of lapses) {
    enter('lapsed', lapse.at);
    if (!lapse.reactivation) continue;
    const { serviceId, at } = lapse.reactivation;
    enter('reactivated', at);
    const following = services[services.findIndex((service) => service.serviceId === serviceId) + 1];
    const lapsedAgain = lapses.find((later) => later.at > at);
    if (following && (!lapsedAgain || following.at < lapsedAgain.at)) enter('active', following.at);
  }
  return changes.map(({ state, from }, index) => ({ state, from, to: changes[index + 1]?.from ?? null }));
}

/** What of an interval lies outside the closures. */
function outside(interval: StateInterval, closures: Lifecycle['closures']): StateInterval[] {
  return closures.reduce<StateInterval[]>(
    (parts, { from, to }) =>
      parts.flatMap((part) => {
        const before = { ...part, to: part.to !== null && part.to < from ? part.to : from };
        const after = to === null ? [] : [{ ...part, from: part.from > to ? part.from : to }];
        return [before, ...after].filter((one) => one.to === null || one.from < one.to);
      }),
    [interval],
  );
}
