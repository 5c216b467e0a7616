import type { PeriodRow } from './analytics.answer.js';
import type { Period } from './period-calendar.js';
import type { Frame } from './reports.js';

/** @returns whether a report shows the period: it starts at `from` or later, and before `to` */
export function inView(period: Period, { calendar, bounds: { from, to } }: Frame): boolean {
  const start = calendar.startOf(period);
  return (from === undefined || start >= from) && (to === undefined || start < to);
}

/** @returns what every row of a period begins with */
export function periodHead(period: Period, { calendar, asOf }: Frame): Omit<PeriodRow, 'group'> {
  const end = calendar.endOf(period);
  return { period, start: calendar.startOf(period), end, complete: end <= asOf };
}
