import type { Instant } from '../../src/schema/instant.js';
import type { Period, PeriodCalendar } from './period-calendar.js';
import type { Sql } from './sql.js';

/**
 * The periods in which something can have happened, for SQL to find an instant's by `width_bucket(at, starts)`: the first is
 * number 1. So there is one opinion on where a period begins, and PostgreSQL has none.
 * @param asOf exclusive: a period that starts at it is not there
 * @returns from the period of the oldest of all facts, held or not any more, up to the one that is running; at least one
 */
export async function periodsSoFar(sql: Sql, calendar: PeriodCalendar, asOf: Instant): Promise<Period[]> {
  const [{ first }] = await sql.query<[{ first: Date | null }]>(
    `SELECT least((SELECT min(converted_at) FROM held_client), (SELECT min(at) FROM fact_service)) AS first`,
  );
  return periodsFrom(first?.toISOString() ?? null, calendar, asOf);
}

/** @returns the periods from that of the oldest fact, null for none, up to the one that is running just before `asOf`; at least one */
export function periodsFrom(
  oldest: Instant | null,
  { periodOf, plus, startOf }: PeriodCalendar,
  asOf: Instant,
): Period[] {
  let period = periodOf(oldest === null || oldest > asOf ? asOf : oldest);
  const periods = [period];
  for (period = plus(period, 1); startOf(period) < asOf; period = plus(period, 1)) periods.push(period);
  return periods;
}
