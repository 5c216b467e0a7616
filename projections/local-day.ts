import type { Instant } from '../src/schema/instant.js';
import { periodCalendar } from './analytics/period-calendar.js';

/** A calendar day, `2024-01-31`. As text, days order in time. */
export type LocalDay = string;

/** @param timeZone IANA name. @returns a function that gives the day on which an instant falls there */
export function localDays(timeZone: string): (at: Instant) => LocalDay {
  // Swedish custom is ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
  return (at) => format.format(new Date(at));
}

/** Stands for a day that nobody knows, after all days that are known. */
export const NO_DAY: Instant = '9999-12-31T23:59:59.999Z';

/** @param timeZone IANA name. @returns a function that gives the first instant after a day there, `NO_DAY` after the last of all */
export function dayEnds(timeZone: string): (day: LocalDay) => Instant {
  const { endOf } = periodCalendar(timeZone, 'day');
  return (day) => (day === NO_DAY.slice(0, day.length) ? NO_DAY : endOf(day));
}
