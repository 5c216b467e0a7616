import type { Instant } from '../../src/schema/instant.js';

/** A stretch of business time in which a client had a tag. */
export type TagInterval = {
  tag: string;
  /** inclusive */
  from: Instant;
  /** exclusive; null while it lasts */
  to: Instant | null;
  /** id of the event that began it, and of the one that ended it */
  begunBy: string;
  endedBy: string | null;
};

/**
 * A tag is what was last said of it, from the date on for which it was said. So a fact recorded late, with an earlier
 * date, takes the place of whatever was held from that date on, and the tag stands the way the last fact left it.
 */
export function tagged(
  intervals: readonly TagInterval[],
  tag: string,
  at: Instant,
  eventId: string,
): TagInterval[] {
  const kept = before(intervals, tag, at);
  const last = kept.findLast((interval) => interval.tag === tag);
  if (!last || (last.to !== null && last.to < at))
    return [...kept, { tag, from: at, to: null, begunBy: eventId, endedBy: null }];
  return kept.map((interval) => (interval === last ? { ...interval, to: null, endedBy: null } : interval));
}

/** Ends the tag at an instant; an interval that would not have lasted any time is gone. */
export function untagged(
  intervals: readonly TagInterval[],
  tag: string,
  at: Instant,
  eventId: string,
): TagInterval[] {
  return before(intervals, tag, at).map((interval) =>
    interval.tag === tag && (interval.to === null || interval.to > at)
      ? { ...interval, to: at, endedBy: eventId }
      : interval,
  );
}

const before = (intervals: readonly TagInterval[], tag: string, at: Instant): TagInterval[] =>
  intervals.filter((interval) => interval.tag !== tag || interval.from < at);
