import { ratio } from '../analytics.answer.js';
import type { Frame } from '../reports.js';
import type { Period } from '../period-calendar.js';
import type { LapseRow } from './lapses.answer.js';

/** What happened in a period, and to whom it was counted. The period is a number, from 1. */
export interface CountedChange {
  readonly in_group: string | null;
  readonly period: number;
  readonly reason: Reason;
  /** more than before by so many */
  readonly delta: number;
}

/** Why a client became active or ceased to be; `churned`, `shut` and `ever` serviced are counted beside that. */
type Reason = 'serviced' | 'lapsed' | 'returned' | 'closed' | 'reopened' | 'churned' | 'shut' | 'ever';

/**
 * The balance of active clients, period by period: every opening is the closing of the period before.
 * @param grouped whether rows carry a group
 * @returns rows in order of group and time, from the first period in which anything happened to any of the clients
 */
export function lapseRows(
  changes: readonly CountedChange[],
  periods: readonly Period[],
  frame: Frame,
  grouped: boolean,
): LapseRow[] {
  const groups = new Map<string | null, Map<number, Partial<Record<Reason, number>>>>();
  for (const { in_group: group, period, reason, delta } of changes) {
    const byPeriod = groups.get(group) ?? new Map<number, Partial<Record<Reason, number>>>();
    groups.set(group, byPeriod);
    byPeriod.set(period, { ...byPeriod.get(period), [reason]: delta });
  }
  const first = Math.min(...changes.map(({ period }) => period));
  // Groups by name, those without one last.
  const inOrder = [...groups].sort(([a], [b]) => ((a ?? '\uffff') < (b ?? '\uffff') ? -1 : 1));
  return inOrder.flatMap(([group, byPeriod]) => {
    const rows = balanced(byPeriod, first, periods, frame);
    return grouped ? rows.map((row) => ({ group, ...row })) : rows;
  });
}

function balanced(
  byPeriod: ReadonlyMap<number, Partial<Record<Reason, number>>>,
  first: number,
  periods: readonly Period[],
  { calendar, asOf, bounds }: Frame,
): LapseRow[] {
  let [active, served, shut] = [0, 0, 0];
  return periods.flatMap((period, index): LapseRow[] => {
    if (index + 1 < first) return [];
    const {
      serviced = 0,
      lapsed = 0,
      returned = 0,
      closed = 0,
      reopened = 0,
      churned = 0,
      ever = 0,
      shut: more = 0,
    } = byPeriod.get(index + 1) ?? {};
    const openingActive = active;
    active += serviced + lapsed + returned + closed + reopened;
    served += ever;
    shut += more;
    const [start, end] = [calendar.startOf(period), calendar.endOf(period)];
    if ((bounds.from !== undefined && start < bounds.from) || (bounds.to !== undefined && start >= bounds.to))
      return [];
    return [
      {
        ...{ period, start, end, complete: end <= asOf, openingActive },
        ...{
          newlyServiced: serviced,
          lapsed: 0 - lapsed,
          reactivated: returned,
          closed: 0 - closed,
          reopened,
        },
        ...{ closingActive: active, closingLapsed: served - active - shut, closingClosed: shut },
        churn: ratio(churned, openingActive),
      },
    ];
  });
}
