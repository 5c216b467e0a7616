import type { Lifecycle } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { stateIntervals, type StateInterval } from '../../src/client/lifecycle/state-intervals.js';
import type { Instant } from '../../src/schema/instant.js';
import { CONVERSION, endOf, type SegmentClientRow } from './segment-client.js';
import { stateSegment, tagSegment } from './segment.js';

type Marks = Pick<Lifecycle, 'services' | 'lapses'>;

/** One stay of a client in a segment, in business time. */
export type Membership = {
  segment: string;
  client_id: string;
  /** inclusive */
  entered_at: Instant;
  /** exclusive; null while it lasts */
  left_at: Instant | null;
  /** ids of the events that brought the client in and took it out */
  entered_by: string;
  left_by: string | null;
};

/** @returns every stay of a client in any segment, as the facts on record have it now */
export function membershipsOf({ client_id, lifecycle, tags, evidence }: SegmentClientRow): Membership[] {
  const eventOf = new Map(evidence);
  const event = (recorded: string | undefined) =>
    (recorded && eventOf.get(recorded)) || fail(client_id, recorded);
  return [
    ...stateIntervals(lifecycle).map((interval) => ({
      segment: stateSegment(interval.state),
      client_id,
      entered_at: interval.from,
      left_at: interval.to,
      entered_by: event(whatBegan(interval, lifecycle)),
      left_by: interval.to === null ? null : event(whatEnded(interval, lifecycle)),
    })),
    ...tags.map(({ tag, from, to, begunBy, endedBy }) => ({
      segment: tagSegment(tag),
      client_id,
      entered_at: from,
      left_at: to,
      entered_by: begunBy,
      left_by: endedBy,
    })),
  ];
}

/** @returns what of the lifecycle began an interval, in the terms of the evidence */
function whatBegan({ state, from }: StateInterval, { services, lapses }: Marks): string | undefined {
  switch (state) {
    case 'new':
      return CONVERSION;
    case 'lapsed':
      return lapses.find(({ at }) => at === from)?.lapseId;
    case 'reactivated':
      return returnAt(from, lapses);
    case 'active':
      return serviceThatMadeActive(from, { services, lapses });
  }
}

function whatEnded({ state, to }: StateInterval, { services, lapses }: Marks): string | undefined {
  if (state === 'new') return services[0]?.serviceId;
  if (state === 'lapsed') return returnAt(to, lapses);
  const lapse = lapses.find(({ at }) => at === to);
  return lapse || to === null ? lapse?.lapseId : serviceThatMadeActive(to, { services, lapses });
}

/** A client is active from its first service, or from the one that follows its return. */
function serviceThatMadeActive(at: Instant, { services, lapses }: Marks): string | undefined {
  const last = lapses.findLast(({ reactivation }) => reactivation && reactivation.at <= at);
  const by = last?.reactivation?.serviceId;
  return services[services.findIndex(({ serviceId }) => serviceId === by) + 1]?.serviceId;
}

function returnAt(at: Instant | null, lapses: Marks['lapses']): string | undefined {
  const lapse = lapses.find(({ reactivation }) => reactivation?.at === at);
  return lapse && endOf(lapse.lapseId);
}

function fail(clientId: string, recorded: string | undefined): never {
  throw new Error(`no event stands for ${recorded ?? 'a change of state'} of client ${clientId}`);
}
