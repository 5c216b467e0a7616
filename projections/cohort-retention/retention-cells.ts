import type { Instant } from '../../src/schema/instant.js';
import type { PeriodCalendar } from '../analytics/period-calendar.js';
import type { Bracket, CohortFigure } from './retention.figures.js';

/** What is looked at: the zone's periods, and how far. */
export interface RetentionFrame {
  readonly calendar: PeriodCalendar;
  /** exclusive: a period that starts at or after it is absent, one that ends by it is complete */
  readonly asOf: Instant;
  /** cohorts whose period starts at or after it */
  readonly from?: Instant;
  /** cohorts whose period starts before it */
  readonly to?: Instant;
  /** cells whose period ends after it are censored; none where it is left out */
  readonly censoredAfter?: Instant;
  /** at most so many periods a cohort, from k = 0 */
  readonly periods?: number | undefined;
  /** periods taken together, in place of one after the other */
  readonly brackets?: readonly Bracket[] | undefined;
  /** windows of so many days from each client's own anchor, in place of the calendar's */
  readonly windowOfDays?: number | undefined;
}

/** A cell of a cohort before it is known how many clients are in it. */
export interface CellSlot {
  readonly k: number;
  readonly toK?: number;
  readonly period: string;
  readonly periodStart?: Instant;
  readonly periodEnd?: Instant;
  readonly denominator: number;
  readonly complete: boolean;
  readonly censored: boolean;
}

/** @returns every cell of a cohort that has begun by asOf, in order; of windows, those that at least one client was observed for */
export function cellsOf(cohort: CohortFigure, frame: RetentionFrame): CellSlot[] {
  const { brackets, periods = Infinity } = frame;
  const slot = frame.windowOfDays === undefined ? calendarSlot : windowSlot;
  if (brackets !== undefined)
    return brackets.flatMap((bracket) => {
      const found = slot(cohort, bracket, frame);
      return found === null ? [] : [{ ...found, toK: bracket.to }];
    });
  const slots: CellSlot[] = [];
  for (let k = 0; k < periods; k++) {
    const found = slot(cohort, { from: k, to: k }, frame);
    if (found === null) break;
    slots.push(found);
  }
  return slots;
}

function calendarSlot(
  { cohort, clients }: CohortFigure,
  { from, to }: Bracket,
  { calendar, asOf, censoredAfter }: RetentionFrame,
): CellSlot | null {
  const first = calendar.plus(cohort, from);
  const last = from === to ? first : calendar.plus(cohort, to);
  const periodStart = calendar.startOf(first);
  const periodEnd = calendar.endOf(last);
  if (periodStart >= asOf) return null;
  return {
    k: from,
    period: from === to ? first : `${first}/${last}`,
    periodStart,
    periodEnd,
    denominator: clients,
    complete: periodEnd <= asOf,
    censored: censoredAfter !== undefined && periodEnd > censoredAfter,
  };
}

/** Whoever was observed for a window to its end is in the denominator. */
function windowSlot(
  { cohort, clients, observed = [] }: CohortFigure,
  { from, to }: Bracket,
  { calendar, censoredAfter, windowOfDays: days = 1 }: RetentionFrame,
): CellSlot | null {
  const denominator = observed.reduce((sum, one) => (one.windows > to ? sum + one.clients : sum), 0);
  if (denominator === 0) return null;
  // The windows of the cohort's last client end latest.
  const latestEnd = new Date(Date.parse(calendar.endOf(cohort)) + (to + 1) * days * 86_400_000).toISOString();
  return {
    k: from,
    period: days === 1 && from === to ? `day ${from}` : `days ${from * days}–${(to + 1) * days - 1}`,
    denominator,
    complete: denominator === clients,
    censored: censoredAfter !== undefined && latestEnd > censoredAfter,
  };
}
