import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localDays } from './local-day.js';

/** Of every kind: whole and half hours, clocks changed at a minute past midnight, a day left out, offsets with seconds. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Toronto',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Africa/Monrovia',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Antarctica/Troll',
];

describe('the day on which an instant falls', () => {
  const instants = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });

  it.each(ZONES)('is what the clocks of %s show', (timeZone) => {
    const dayOf = localDays(timeZone);
    const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
    fc.assert(
      fc.property(instants, (at) => {
        expect(dayOf(at.toISOString())).toBe(clock.format(at));
      }),
      { numRuns: 500 },
    );
  });

  it.each(ZONES)('is right in every minute of the days on which clocks are changed in %s', (timeZone) => {
    const dayOf = localDays(timeZone);
    const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone });
    const offset = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
    const offsetAt = (time: number) => offset.format(time).split(', ').at(-1);
    const DAY = 86_400_000;
    const days = Array.from({ length: 365 * 45 }, (_, n) => Date.UTC(1985, 0, 1) + n * DAY);
    const changing = days.filter((time) => offsetAt(time) !== offsetAt(time + DAY));
    const wrong = changing
      .flatMap((day) => Array.from({ length: 1_440 }, (_, minute) => day + minute * 60_000))
      .map((time) => [new Date(time).toISOString(), clock.format(time)] as const)
      .filter(([at, day]) => dayOf(at) !== day);
    expect(wrong).toEqual([]);
  });
});
