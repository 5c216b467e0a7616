import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import type { Instant } from '../../src/schema/instant.js';
import { definitionStays } from './definition-stays.js';
import { eventsBy } from './life/evidence.js';
import type { SegmentClientRow } from './life/segment-client.js';
import type { RuleContext } from './rules/stays.js';
import type { SegmentDefinitionRow } from './segment-definition.js';
import { stateSegment, tagSegment } from './segment.js';

/** One stay of a client in a segment, in business time. */
export type Membership = {
  segment: string;
  client_id: string;
  /** inclusive */
  entered_at: Instant;
  /** exclusive; null while it lasts */
  left_at: Instant | null;
  /** ids of the events that brought the client in and took it out; null where nothing but time did */
  entered_by: string | null;
  left_by: string | null;
  /** 1 for the first stay of this client in this segment */
  nth: number;
};

type Stay = Omit<Membership, 'client_id' | 'nth'>;

/** @returns every stay of a client in segments of states and tags, as the facts on record have it now */
export function membershipsOf({ client_id, lifecycle, evidence, tags }: SegmentClientRow): Membership[] {
  const event = eventsBy(evidence);
  return numbered(client_id, [
    ...stateIntervals(lifecycle).map((interval) => ({
      segment: stateSegment(interval.state),
      entered_at: interval.from,
      left_at: interval.to,
      entered_by: event(interval.begunBy),
      left_by: interval.endedBy === null ? null : event(interval.endedBy),
    })),
    ...tags.map(({ tag, from, to, begunBy, endedBy }) => ({
      segment: tagSegment(tag),
      entered_at: from,
      left_at: to,
      entered_by: begunBy,
      left_by: endedBy,
    })),
  ]);
}

/** @returns every stay of a client in a segment that a rule defines, also those that time alone will begin */
export function ruledMemberships(
  client: SegmentClientRow,
  definition: SegmentDefinitionRow,
  context: RuleContext,
): Membership[] {
  return definitionStays(definition, client, context).map(({ from, to, begunBy, endedBy }, index) => ({
    segment: definition.segment,
    client_id: client.client_id,
    entered_at: from,
    left_at: to,
    entered_by: begunBy,
    left_by: endedBy,
    nth: index + 1,
  }));
}

/** @param stays by time within each segment */
function numbered(client_id: string, stays: readonly Stay[]): Membership[] {
  const counts = new Map<string, number>();
  return stays.map((stay) => {
    const nth = (counts.get(stay.segment) ?? 0) + 1;
    counts.set(stay.segment, nth);
    return { ...stay, client_id, nth };
  });
}
