import type { LapseMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import type { Period as Month } from '../analytics/period-calendar.js';

/** The months of a lapse and of the return from it, null as long as there is none. */
export interface LapseMonths {
  readonly lapseId: string;
  readonly at: Month;
  readonly back: Month | null;
}

/** The months of an explicit exit and of its end, null as long as it lasts. */
export interface ClosureMonths {
  readonly from: Month;
  readonly to: Month | null;
}

/** What whether a client is active follows from, at the ends of months. */
export interface Activity {
  readonly first_service_month: Month | null;
  readonly lapses: readonly LapseMonths[];
  readonly closures: readonly ClosureMonths[];
}

/** @returns the months of a lapse, as another client's stream or an own event has it */
export const lapseMonths = (
  { lapseId, at, reactivation }: Pick<LapseMark, 'lapseId' | 'at' | 'reactivation'>,
  monthOf: (at: string) => Month,
): LapseMonths => ({
  lapseId,
  at: monthOf(at),
  back: reactivation === null ? null : monthOf(reactivation.at),
});

/**
 * When a client became active or ceased to be, looked at only at the ends of months (definitions §1, mode status): serviced,
 * not lapsed since, and not closed.
 * @returns months in order of time, each with 1 (active at its end, and not at that of the month before) or -1
 */
export function statusChanges({ first_service_month: first, lapses, closures }: Activity): [Month, 1 | -1][] {
  if (first === null) return [];
  const turns = [
    first,
    ...lapses.flatMap(({ at, back }) => (back === null ? [at] : [at, back])),
    ...closures.flatMap(({ from, to }) => (to === null ? [from] : [from, to])),
  ];
  const over = (from: Month, to: Month | null, month: Month) => from <= month && (to === null || to > month);
  const activeAtEndOf = (month: Month): boolean =>
    first <= month &&
    !lapses.some(({ at, back }) => over(at, back, month)) &&
    !closures.some(({ from, to }) => over(from, to, month));
  const changes: [Month, 1 | -1][] = [];
  let active = false;
  for (const month of [...new Set(turns)].sort()) {
    if (activeAtEndOf(month) === active) continue;
    active = !active;
    changes.push([month, active ? 1 : -1]);
  }
  return changes;
}
