import type { Cause } from '../../../src/client/lifecycle/state-intervals.js';
import type { Evidence } from './segment-life.js';

/** @returns a function that finds the event which stands for a cause; for one or two causes, `eventFor` is quicker */
export function eventsBy(evidence: readonly Evidence[]): (cause: Cause) => string {
  const eventOf = new Map(evidence);
  return (cause) => eventOf.get(cause) ?? missing(cause);
}

/** @returns the event that stands for a cause: of several, the last */
export const eventFor = (cause: Cause, evidence: readonly Evidence[]): string =>
  evidence.findLast(([one]) => one === cause)?.[1] ?? missing(cause);

/** @throws Error: what the row holds is not what was recorded */
function missing(cause: Cause): never {
  throw new Error(`no event stands for ${cause}`);
}
