import type { Instant } from '../../src/schema/instant.js';
import { daysIn } from '../client-history/entry-words.js';
import { localDays, type LocalDay } from '../local-day.js';

/** What time it is, and the days of the business's zone. */
export interface Today {
  readonly now: Instant;
  /** the day on which an instant falls */
  readonly dayOf: (at: Instant) => LocalDay;
  /** the same in words, such as `2 Jan 2024` */
  readonly dayInWords: (at: Instant) => string;
}

/** @param timeZone IANA name. @returns a function that tells the day from the time */
export function todayIn(timeZone: string): (now: Instant) => Today {
  const [dayOf, dayInWords] = [localDays(timeZone), daysIn(timeZone)];
  return (now) => ({ now, dayOf, dayInWords });
}
