import type { Instant } from '../schema/instant.js';
import { Problem } from './problem.js';

/** @throws Problem 400 for a span of time, from `from` (inclusive) to `to` (exclusive), that nothing can lie in */
export function refuseEmptySpan({ from, to }: { from?: Instant; to?: Instant }): void {
  if (from !== undefined && to !== undefined && from >= to)
    throw Problem.badRequest([{ path: 'to', message: 'must lie after from' }]);
}
