import type { HeldFacts } from './held.js';
import { periodCalendar } from './period-calendar.js';
import { periodsSoFar } from './periods-so-far.js';
import type { Frame } from './reports.js';
import type { Sql } from './sql.js';

/** Local days by number, so that the days from one instant to another are a difference. */
export interface DayNumbers {
  /** @param at SQL for an instant before asOf. @returns SQL for the number of the day it lies in */
  readonly of: (at: string) => string;
  /** number of the last day that counts: asOf is exclusive, so at midnight it is the day that just ended */
  readonly asOf: number;
}

/** Days of the report's zone, from local midnight to local midnight, whatever hours lie between. */
export async function dayNumbers(sql: Sql, facts: HeldFacts, { calendar, asOf }: Frame): Promise<DayNumbers> {
  const days = periodCalendar(calendar.zone, 'day');
  const so = await periodsSoFar(sql, days, asOf);
  const starts = `${facts.bind(so.map(days.startOf))}::timestamptz[]`;
  return { of: (at) => `width_bucket(${at}, ${starts})`, asOf: so.length };
}
