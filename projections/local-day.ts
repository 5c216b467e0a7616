import { IANAZone } from 'luxon';
import type { Instant } from '../src/schema/instant.js';
import { dateOf, periodCalendar } from './analytics/period-calendar.js';

/** A calendar day, `2024-01-31`. As text, days order in time. */
export type LocalDay = string;

const DAY = 86_400_000;
/** The years of which days are remembered: there are few enough of them. */
const [FIRST, LAST] = [Date.UTC(1970, 0, 1), Date.UTC(2100, 0, 1)];

/**
 * @param timeZone IANA name
 * @returns a function that gives the day on which an instant falls there. Of every fact days are asked for, so it asks the
 *   zone once for each day by UTC, and only where clocks are changed each time. It is the day that clocks show; a calendar
 *   of days (`periodCalendar`) has each in one piece, also where clocks go back over midnight
 */
export function localDays(timeZone: string): (at: Instant) => LocalDay {
  const zone = IANAZone.create(timeZone);
  // Swedish custom is ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
  /** what clocks are ahead of UTC by, in ms, on days by UTC from 1970-01-01 on; null where that changes */
  const offsets = new Map<number, number | null>();
  const labels = new Map<number, LocalDay>();
  const offsetOn = (day: number): number | null => {
    let offset = offsets.get(day);
    if (offset === undefined) {
      const [before, after] = [zone.offset(day * DAY), zone.offset((day + 1) * DAY)];
      offsets.set(day, (offset = before === after ? before * 60_000 : null));
    }
    return offset;
  };
  return (at) => {
    const time = Date.parse(at);
    const offset = time >= FIRST && time < LAST ? offsetOn(Math.floor(time / DAY)) : null;
    if (offset === null) return format.format(time);
    const day = Math.floor((time + offset) / DAY);
    let label = labels.get(day);
    if (label === undefined) labels.set(day, (label = dateOf(day * DAY)));
    return label;
  };
}

/** Stands for a day that nobody knows, after all days that are known. */
export const NO_DAY: Instant = '9999-12-31T23:59:59.999Z';

/** @param timeZone IANA name. @returns a function that gives the first instant after a day there, `NO_DAY` after the last of all */
export function dayEnds(timeZone: string): (day: LocalDay) => Instant {
  const { endOf } = periodCalendar(timeZone, 'day');
  return (day) => (day === NO_DAY.slice(0, day.length) ? NO_DAY : endOf(day));
}
