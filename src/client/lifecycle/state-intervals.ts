import type { Instant } from '../../schema/instant.js';
import type { Lifecycle, LifecycleState } from './lifecycle.evolve.js';

export interface StateInterval {
  readonly state: LifecycleState;
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null while it lasts */
  readonly to: Instant | null;
}

/**
 * The states of a client through business time, one after the other without gaps.
 * States that lasted no time (a client serviced at the instant of its conversion was never `new`) are left out.
 */
export function stateIntervals(lifecycle: Lifecycle): StateInterval[] {
  const { convertedAt, services, lapses } = lifecycle;
  const changes: { state: LifecycleState; from: Instant }[] = [];
  const enter = (state: LifecycleState, from: Instant) => changes.push({ state, from });
  const first = services[0];
  if (convertedAt !== null && (!first || convertedAt < first.at)) enter('new', convertedAt);
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
  return changes
    .map(({ state, from }, index) => ({ state, from, to: changes[index + 1]?.from ?? null }))
    .filter(({ from, to }) => to === null || from < to);
}
