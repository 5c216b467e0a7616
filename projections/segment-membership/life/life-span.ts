import { isDeepStrictEqual } from 'node:util';
import { beganAt, type Lifecycle } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import { caused, stateIntervals } from '../../../src/client/lifecycle/state-intervals.js';
import { eventFor } from './evidence.js';
import type { Evidence, Span } from './segment-life.js';

/** @returns the time from a client's first state to its merge; null of a life that lasted no time */
export function spanOf(lifecycle: Lifecycle, evidence: readonly Evidence[]): Span | null {
  const [first] = stateIntervals(lifecycle);
  const convertedAt = beganAt(lifecycle);
  if (!first || convertedAt === null) return null;
  const { mergedInto } = lifecycle;
  return {
    from: first.from,
    to: mergedInto?.at ?? null,
    begunBy: eventFor(first.begunBy, evidence),
    endedBy: mergedInto ? eventFor(caused.byMerge, evidence) : null,
    convertedAt,
  };
}

/** @returns the object it was, where it is the same: what goes by it sees then that nothing changed */
export const unlessSame = (before: Span | null, after: Span | null): Span | null =>
  isDeepStrictEqual(before, after) ? before : after;
