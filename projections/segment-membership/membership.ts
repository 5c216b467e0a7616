import { stateIntervals, type Cause } from '../../src/client/lifecycle/state-intervals.js';
import type { Instant } from '../../src/schema/instant.js';
import type { SegmentClientRow } from './segment-client.js';
import { stateSegment, tagSegment } from './segment.js';

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
  const event = (cause: Cause) => eventOf.get(cause) ?? fail(client_id, cause);
  return [
    ...stateIntervals(lifecycle).map((interval) => ({
      segment: stateSegment(interval.state),
      client_id,
      entered_at: interval.from,
      left_at: interval.to,
      entered_by: event(interval.begunBy),
      left_by: interval.endedBy === null ? null : event(interval.endedBy),
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

function fail(clientId: string, cause: Cause): never {
  throw new Error(`no event stands for ${cause} of client ${clientId}`);
}
