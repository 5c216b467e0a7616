import { DateTime, IANAZone } from 'luxon';
import type { Instant } from '../../src/schema/instant.js';

/** A calendar month, `2006-01`. As text, months order in time. */
export type Month = string;

/** The calendar months of one zone: [first local midnight, next first local midnight), so 28 to 31 days of 23 to 25 hours. */
export interface MonthCalendar {
  readonly zone: string;
  /** the month that an instant falls into, by the zone's clocks */
  readonly monthOf: (at: Instant) => Month;
  /** the month's first instant (inclusive) */
  readonly startOf: (month: Month) => Instant;
  /** the first instant after the month (exclusive) */
  readonly endOf: (month: Month) => Instant;
  /** @param day `2006-01-31`. @returns its first instant */
  readonly startOfDay: (day: string) => Instant;
}

/** @returns whether it is an IANA zone that this runtime knows, such as `Europe/Berlin`; offsets such as `+02:00` are none */
export const isZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);

/** Month `n` months after another (before it, for a negative `n`). */
export const plusMonths = (month: Month, n: number): Month => labelOf(numberOf(month) + n);

/** Calendar months from one to another: the index k of a fact in `to` for a cohort in `from`. Never days divided by 30. */
export const monthsBetween = (from: Month, to: Month): number => numberOf(to) - numberOf(from);

/** @param zone IANA name. @throws Error for a zone that does not exist */
export function monthCalendar(zone: string): MonthCalendar {
  if (!isZone(zone)) throw new Error(`there is no time zone ${zone}`);
  if (zone === 'UTC') return UTC;
  // A projection asks for the month of every fact; zone arithmetic costs microseconds, looking up two bounds does not.
  const starts = new Map<Month, Instant>();
  const startOf = (month: Month): Instant => {
    const known = starts.get(month);
    if (known !== undefined) return known;
    const start = firstInstant(`${month}-01`, zone);
    starts.set(month, start);
    return start;
  };
  return {
    zone,
    startOf,
    endOf: (month) => startOf(plusMonths(month, 1)),
    startOfDay: (day) => firstInstant(day, zone),
    monthOf: (at) => {
      // No zone is a day or more from UTC: it is the month in UTC, or the one beside it.
      const month = at.slice(0, 7);
      if (at < startOf(month)) return plusMonths(month, -1);
      const next = plusMonths(month, 1);
      return at < startOf(next) ? month : next;
    },
  };
}

const UTC: MonthCalendar = {
  zone: 'UTC',
  monthOf: (at) => at.slice(0, 7),
  startOf: (month) => `${month}-01T00:00:00.000Z`,
  endOf: (month) => `${plusMonths(month, 1)}-01T00:00:00.000Z`,
  startOfDay: (day) => `${day}T00:00:00.000Z`,
};

/** Where clocks go back over midnight it comes twice, and the first of the two begins the day; where they skip it, luxon moves on. */
function firstInstant(day: string, zone: string): Instant {
  const midnights = DateTime.fromISO(day, { zone }).getPossibleOffsets();
  return new Date(Math.min(...midnights.map((one) => one.toMillis()))).toISOString();
}

const numberOf = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

const labelOf = (number: number): Month =>
  `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;
