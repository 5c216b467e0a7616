import { DateTime } from 'luxon';
import type { Instant } from '../src/schema/instant.js';
import { monthCalendar } from './cohort-retention/month-calendar.js';

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
  const { startOfDay } = monthCalendar(timeZone);
  return (day) =>
    day === NO_DAY.slice(0, day.length)
      ? NO_DAY
      : startOfDay(DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }).toISODate() as LocalDay);
}
