import type { Instant } from '../src/schema/instant.js';

/** A calendar day, `2024-01-31`. As text, days order in time. */
export type LocalDay = string;

/** @param timeZone IANA name. @returns a function that gives the day on which an instant falls there */
export function localDays(timeZone: string): (at: Instant) => LocalDay {
  // Swedish custom is ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
  return (at) => format.format(new Date(at));
}
