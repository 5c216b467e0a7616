import type { CountedLife } from '../analytics/columns/counted-life.js';
import type { Period, PeriodCalendar } from '../analytics/period-calendar.js';
import type { Instant } from '../../src/schema/instant.js';

const DAY = 86_400_000;

/**
 * Places one client after the other in its cohort, and tells the indexes of instants from there: periods of the calendar since
 * that of the cohort, or windows since the client's own anchor. Instants are ms since 1970. Where a period begins is the
 * calendar's opinion alone: an instant's is found among their first instants.
 */
export class Cohorts {
  /** windows that the client was observed for; Infinity in the calendar */
  observed = Infinity;
  private cohort = 0;
  private anchored = 0;
  private readonly starts: Float64Array;
  private readonly window: number | undefined;
  private readonly until: number;

  /**
   * @param periods all in which something can have happened, without a gap
   * @param windowOfDays undefined where the calendar counts
   */
  constructor(
    { startOf }: PeriodCalendar,
    periods: readonly Period[],
    asOf: Instant,
    windowOfDays: number | undefined,
  ) {
    this.starts = Float64Array.from([...periods.map((period) => Date.parse(startOf(period))), Infinity]);
    this.window = windowOfDays === undefined ? undefined : windowOfDays * DAY;
    this.until = Date.parse(asOf);
  }

  /** Moves on to a client. @returns the number of its cohort's period, from 0 */
  place(anchored: number): number {
    this.anchored = anchored;
    this.cohort = this.periodOf(anchored);
    if (this.window !== undefined) this.observed = Math.floor((this.until - anchored) / this.window);
    return this.cohort;
  }

  /** @returns how many of the services lie before the cohort: those with an index below 0, which come first */
  servicesBefore(life: CountedLife): number {
    const start = this.window === undefined ? (this.starts[this.cohort] as number) : this.anchored;
    let before = 0;
    while (before < life.services && life.at(before) < start) before++;
    return before;
  }

  indexOf(at: number): number {
    return this.window === undefined
      ? this.periodOf(at) - this.cohort
      : Math.floor((at - this.anchored) / this.window);
  }

  /** @param k index of an instant that is not later, 0 or more. @returns that of this one, found by going on from there */
  indexFrom(k: number, at: number): number {
    if (this.window !== undefined) return this.indexOf(at);
    let period = this.cohort + k;
    while ((this.starts[period + 1] as number) <= at) period++;
    return period - this.cohort;
  }

  /** @returns the number of the last period that begins at an instant or before it; -1 if none does */
  private periodOf(at: number): number {
    let low = -1;
    let high = this.starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] as number) <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}
