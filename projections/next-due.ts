import { plusDays, type Instant } from '../src/schema/instant.js';

export const DUE_BASES = ['stated', 'plan', 'own_cadence', 'season'] as const;

/** When the next service falls due, and what that rests on. */
export interface NextDue {
  readonly at: Instant;
  readonly basis: (typeof DUE_BASES)[number];
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
  readonly trade: string | null;
}

/** Trades whose work comes round with the seasons. */
const SEASONAL = ['hvac'];
const YEAR_DAYS = 365;

/**
 * Due is what was said at the last service; else the plan that is due first, an interval after it was last served; else
 * the usual gap after the last service; else, in a trade of the seasons, a year after it.
 * @returns when the next service falls due, which may lie in the past; null where nothing tells
 */
export function nextDue(cadence: Cadence): NextDue | null {
  const { lastServicedAt, usualGapDays, statedDueAt, livePlans, trade } = cadence;
  if (statedDueAt !== null) return { at: statedDueAt, basis: 'stated' };
  const [byPlan] = livePlans.map(({ intervalDays, since }) => plusDays(since, intervalDays)).sort();
  if (byPlan !== undefined) return { at: byPlan, basis: 'plan' };
  if (lastServicedAt === null) return null;
  if (usualGapDays !== null) return { at: plusDays(lastServicedAt, usualGapDays), basis: 'own_cadence' };
  return trade !== null && SEASONAL.includes(trade)
    ? { at: plusDays(lastServicedAt, YEAR_DAYS), basis: 'season' }
    : null;
}
