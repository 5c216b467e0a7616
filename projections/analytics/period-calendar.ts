import { DateTime, IANAZone } from 'luxon';
import type { Instant } from '../../src/schema/instant.js';

export const GRAINS = ['week', 'month', 'quarter'] as const;
/** Length of a calendar period. Weeks are those of ISO 8601: from Monday, and of the year that their Thursday is in. */
export type Grain = (typeof GRAINS)[number];
/** Days are there where visits are counted: a visit is a client and a local day. */
type AnyGrain = Grain | 'day';

/** A calendar period: a day `2024-01-31`, a week `2024-W05`, a month `2024-01`, a quarter `2024-Q1`. Those of a grain order in time as text. */
export type Period = string;

/**
 * The calendar periods of one grain in one zone, each from its first local midnight (inclusive) to that of the next one
 * (exclusive). A day in them can have 23 or 25 hours.
 */
export interface PeriodCalendar {
  readonly zone: string;
  readonly grain: AnyGrain;
  /** the period that an instant falls into, by the zone's clocks */
  readonly periodOf: (at: Instant) => Period;
  /** the period's first instant (inclusive) */
  readonly startOf: (period: Period) => Instant;
  /** the first instant after the period (exclusive) */
  readonly endOf: (period: Period) => Instant;
  /** @param day `2006-01-31`. @returns its first instant */
  readonly startOfDay: (day: string) => Instant;
  /** the period `n` after another (before it, for a negative `n`) */
  readonly plus: (period: Period, n: number) => Period;
  /** periods from one to another as one counts on the calendar: the index k of a fact. Never days divided by 30 */
  readonly between: (from: Period, to: Period) => number;
}

/** @returns whether it is an IANA zone that this runtime knows, such as `Europe/Berlin`; offsets such as `+02:00` are none */
export const isZone = (name: string): boolean => /^[A-Za-z]/.test(name) && IANAZone.isValidZone(name);

/** Periods of a grain are numbered without gaps; where they begin is the same date in every zone. */
interface Numbering {
  readonly numberOf: (period: Period) => number;
  readonly labelOf: (number: number) => Period;
  /** date of the first day of a period */
  readonly firstDay: (number: number) => string;
  /** @param date in any zone. @returns the number of the period that it lies in */
  readonly numberAt: (date: string) => number;
}

const DAY = 86_400_000;
/** Monday, 1 January of the year 1. */
const FIRST_MONDAY = Date.parse('0001-01-01T00:00:00Z');
/** @param time in ms since 1970. @returns the date by UTC, `2006-01-31` */
export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const year = (text: string): number => Number(text.slice(0, 4));
const four = (number: number): string => String(number).padStart(4, '0');
const two = (number: number): string => String(number).padStart(2, '0');

const weekStarting = (number: number): number => FIRST_MONDAY + number * 7 * DAY;
const weekAt = (date: string): number =>
  Math.floor((Date.parse(`${date}T00:00:00Z`) - FIRST_MONDAY) / (7 * DAY));
/** The week of 4 January is the first of its year. */
const firstWeekOf = (of: number): number => weekAt(`${four(of)}-01-04`);
const monthAt = (text: string): number => year(text) * 12 + Number(text.slice(5, 7)) - 1;

const dayAt = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;

const NUMBERINGS: Record<AnyGrain, Numbering> = {
  day: {
    numberOf: dayAt,
    labelOf: (number) => dateOf(number * DAY),
    firstDay: (number) => dateOf(number * DAY),
    numberAt: dayAt,
  },
  week: {
    numberOf: (week) => firstWeekOf(year(week)) + Number(week.slice(6)) - 1,
    labelOf: (number) => {
      const thursday = year(dateOf(weekStarting(number) + 3 * DAY));
      return `${four(thursday)}-W${two(number - firstWeekOf(thursday) + 1)}`;
    },
    firstDay: (number) => dateOf(weekStarting(number)),
    numberAt: weekAt,
  },
  month: {
    numberOf: monthAt,
    labelOf: (number) => `${four(Math.floor(number / 12))}-${two((number % 12) + 1)}`,
    firstDay: (number) => `${four(Math.floor(number / 12))}-${two((number % 12) + 1)}-01`,
    numberAt: monthAt,
  },
  quarter: {
    numberOf: (quarter) => year(quarter) * 4 + Number(quarter.slice(6)) - 1,
    labelOf: (number) => `${four(Math.floor(number / 4))}-Q${(number % 4) + 1}`,
    firstDay: (number) => `${four(Math.floor(number / 4))}-${two((number % 4) * 3 + 1)}-01`,
    numberAt: (date) => Math.floor(monthAt(date) / 3),
  },
};

const SHAPES: Record<AnyGrain, RegExp> = {
  day: /^\d{4}-\d{2}-\d{2}$/,
  week: /^\d{4}-W\d{2}$/,
  month: /^\d{4}-\d{2}$/,
  quarter: /^\d{4}-Q\d$/,
};

/** @returns whether a text names a period that there is: no 13th month, no 53rd week of a year that has 52 */
export const isPeriod = (text: string, grain: AnyGrain): text is Period =>
  SHAPES[grain].test(text) && NUMBERINGS[grain].labelOf(NUMBERINGS[grain].numberOf(text)) === text;

/** Periods from one to another as one counts on the calendar: the index k of a fact in `to` for a cohort in `from`. */
export const periodsBetween = (grain: AnyGrain, from: Period, to: Period): number =>
  NUMBERINGS[grain].numberOf(to) - NUMBERINGS[grain].numberOf(from);

/** @param zone IANA name. @throws Error for a zone that does not exist */
export function periodCalendar(zone: string, grain: AnyGrain): PeriodCalendar {
  if (!isZone(zone)) throw new Error(`there is no time zone ${zone}`);
  const { numberOf, labelOf, firstDay, numberAt } = NUMBERINGS[grain];
  const startOfDay =
    zone === 'UTC' ? (day: string) => `${day}T00:00:00.000Z` : (day: string) => firstInstant(day, zone);
  // A projection asks for the period of every fact; zone arithmetic costs microseconds, looking up two bounds does not.
  const starts = new Map<number, Instant>();
  const startsAt = (number: number): Instant => {
    const known = starts.get(number);
    if (known !== undefined) return known;
    const start = startOfDay(firstDay(number));
    starts.set(number, start);
    return start;
  };
  return {
    zone,
    grain,
    startOfDay,
    startOf: (period) => startsAt(numberOf(period)),
    endOf: (period) => startsAt(numberOf(period) + 1),
    plus: (period, n) => labelOf(numberOf(period) + n),
    between: (from, to) => periodsBetween(grain, from, to),
    periodOf: (at) => {
      // No zone is a day or more from UTC: it is the period in UTC, or the one beside it.
      const number = numberAt(at.slice(0, 10));
      if (at < startsAt(number)) return labelOf(number - 1);
      return labelOf(at < startsAt(number + 1) ? number : number + 1);
    },
  };
}

/**
 * Where clocks go back over midnight it comes twice, and the first of the two begins the day; where they skip it, luxon moves on.
 * Luxon is not asked for more, since on the day after clocks went forward it may move on although there is a midnight.
 */
function firstInstant(day: string, zone: string): Instant {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const iana = IANAZone.create(zone);
  const offsets = new Set([-1, 0, 1].map((days) => iana.offset(midnight + days * DAY)));
  const midnights = [...offsets].flatMap((minutes) => {
    const at = midnight - minutes * 60_000;
    return iana.offset(at) === minutes ? [at] : [];
  });
  const first = midnights.length > 0 ? Math.min(...midnights) : DateTime.fromISO(day, { zone }).toMillis();
  return new Date(first).toISOString();
}
