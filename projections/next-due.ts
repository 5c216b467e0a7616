import { plusDays, type Instant } from '../src/schema/instant.js';

/** When the next service falls due, and what that rests on. */
export interface NextDue {
  readonly at: Instant;
  readonly basis: 'stated' | 'plan' | 'own_cadence';
}

/** What it follows from: little enough to be kept in a row. */
export interface Cadence {
  readonly lastServicedAt: Instant | null;
  /** as `usualGapDays` has it; null where the client has no habit */
  readonly usualGapDays: number | null;
  /** when the next one falls due, as was said at the last service; null where nothing was */
  readonly statedDueAt: Instant | null;
  /** the plans that are neither paused nor ended; `since` is the last service under it, or its beginning before that */
  readonly livePlans: readonly { readonly intervalDays: number; readonly since: Instant }[];
}

/**
 * Due is what was said at the last service; else the plan that is due first, an interval after it was last served; else
 * the usual gap after the last service.
 * @returns when the next service falls due, which may lie in the past; null where nothing tells
 */
export function nextDue({ lastServicedAt, usualGapDays, statedDueAt, livePlans }: Cadence): NextDue | null {
  if (statedDueAt !== null) return { at: statedDueAt, basis: 'stated' };
  const [byPlan] = livePlans.map(({ intervalDays, since }) => plusDays(since, intervalDays)).sort();
  if (byPlan !== undefined) return { at: byPlan, basis: 'plan' };
  if (lastServicedAt === null || usualGapDays === null) return null;
  return { at: plusDays(lastServicedAt, usualGapDays), basis: 'own_cadence' };
}
