import type { ClientFilters } from '../analytics/analytics.parameters.js';
import type { LapseRule } from '../analytics/lapse-rule.js';
import type { Period, PeriodCalendar } from '../analytics/period-calendar.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Anchor } from './cohort-retention.tables.js';

export const MODES = ['status', 'bounded', 'unbounded', 'bracket'] as const;
/**
 * What keeps a client in a cell: that it is active when the period ends; a service in the period; one in it or any later one;
 * or one in any period of a bracket.
 */
export type Mode = (typeof MODES)[number];

export const MEASURES = ['clients', 'revenue'] as const;
export type Measure = (typeof MEASURES)[number];

/** Periods of a cohort taken together: from one index to another, both inclusive. */
export interface Bracket {
  readonly from: number;
  readonly to: number;
}

/** What a report is made from, however it was counted. Only what the measure needs is there. */
export interface RetentionFigures {
  readonly cohorts: readonly CohortFigure[];
  /** sparse: a cell without clients is not there, and none has k < 0 */
  readonly cells: readonly CellFigure[];
  readonly revenue: readonly RevenueFigure[];
}

/** Part of a grouped report that a figure belongs to; absent where nothing is grouped. */
interface InGroup {
  readonly group?: string | null;
}

export interface CohortFigure extends InGroup {
  readonly cohort: Period;
  readonly clients: number;
  /** services in periods before the cohort's own */
  readonly servicesBefore: number;
  /** windows are elapsed time: how many clients were observed for so many whole windows */
  readonly observed?: readonly { readonly windows: number; readonly clients: number }[];
}

export interface CellFigure extends InGroup {
  readonly cohort: Period;
  /** of a bracket, its first index */
  readonly k: number;
  /** distinct clients in the cell, as the mode has it */
  readonly clients: number;
}

/** Of the services of a cell that carry an amount in the currency. */
export interface RevenueFigure extends CellFigure {
  readonly currency: string;
  readonly amountMinor: number;
  readonly services: number;
}

/** Which facts count, whose periods they fall into, and what is counted. */
export interface FiguresQuestion {
  readonly anchor: Anchor;
  readonly mode: Mode;
  readonly measure: Measure;
  readonly calendar: PeriodCalendar;
  /** exclusive, for conversions and services alike */
  readonly asOf: Instant;
}

/** A question that only the facts can answer. */
export interface FactsQuestion extends FiguresQuestion {
  /** exclusive, of record time; null for all that is on record */
  readonly knownAt: Instant | null;
  /** windows of so many days from a client's own anchor, in place of calendar periods */
  readonly windowOfDays?: number | undefined;
  /** mode bracket only */
  readonly brackets?: readonly Bracket[] | undefined;
  /** mode status only */
  readonly lapses?: LapseRule;
  readonly clients?: Partial<ClientFilters>;
}

/** A client in a cell, before it is known how many cells that makes: a change from one index on. */
export interface Change extends InGroup {
  readonly cohort: Period;
  /** from this index on (an earlier one than 0 counts from 0) */
  readonly k: number;
  readonly delta: number;
}

/**
 * @param changes of the number of clients, each from an index on
 * @param last the last index of a cohort that is asked for
 * @returns the clients in every cell up to that: the sum of the changes up to its index
 */
export function runningTotals(changes: readonly Change[], last: (cohort: Period) => number): CellFigure[] {
  const rows = new Map<
    string,
    { readonly head: InGroup & { cohort: Period }; readonly deltas: Map<number, number> }
  >();
  for (const { k, delta, ...head } of changes) {
    const key = JSON.stringify(head);
    const row = rows.get(key) ?? { head, deltas: new Map<number, number>() };
    rows.set(key, row);
    const from = Math.max(0, k);
    row.deltas.set(from, (row.deltas.get(from) ?? 0) + delta);
  }
  return [...rows.values()].flatMap(({ head, deltas }) => {
    let clients = 0;
    return Array.from({ length: last(head.cohort) + 1 }, (_, k) => {
      clients += deltas.get(k) ?? 0;
      return { ...head, k, clients };
    }).filter((cell) => cell.clients !== 0);
  });
}
