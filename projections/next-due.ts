import { usualGapDays } from '../src/client/lifecycle/usual-gap.js';
import { plusDays, type Instant } from '../src/schema/instant.js';

/** When the next service falls due, and what that rests on. */
export interface NextDue {
  readonly at: Instant;
  readonly basis: 'stated' | 'plan' | 'own_cadence';
}

/** What it follows from. */
export interface Cadence {
  /** by business time */
  readonly services: readonly { readonly at: Instant; readonly planId?: string }[];
  /** when the next one falls due, as was said at the last service; null where nothing was */
  readonly statedDueAt: Instant | null;
  /** the plans that are neither paused nor ended */
  readonly livePlans: readonly {
    readonly planId: string;
    readonly intervalDays: number;
    readonly from: Instant;
  }[];
}

/**
 * Due is what was said at the last service; else what the plan comes to that is due first, an interval after the last
 * service under it (after its beginning, where there was none); else the usual gap after the last service.
 * @returns when the next service falls due, which may lie in the past; null where nothing tells
 */
export function nextDue({ services, statedDueAt, livePlans }: Cadence): NextDue | null {
  if (statedDueAt !== null) return { at: statedDueAt, basis: 'stated' };
  const byPlan = livePlans
    .map(({ planId, intervalDays, from }) => {
      const last = services.findLast((service) => service.planId === planId)?.at ?? from;
      return plusDays(last, intervalDays);
    })
    .sort();
  if (byPlan[0] !== undefined) return { at: byPlan[0], basis: 'plan' };
  const gap = usualGapDays(services);
  const last = services.at(-1);
  return last && gap !== undefined ? { at: plusDays(last.at, gap), basis: 'own_cadence' } : null;
}
