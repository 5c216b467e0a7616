import fc from 'fast-check';
import { DateTime } from 'luxon';
import { isZone, periodCalendar } from './period-calendar.js';

const monthCalendar = (zone: string) => periodCalendar(zone, 'month');

test('an instant belongs to the month that the clocks of the zone show', () => {
  const lateOnThe30thInUtc = '2019-06-30T22:15:00.000Z';
  expect(monthCalendar('UTC').periodOf(lateOnThe30thInUtc)).toBe('2019-06');
  expect(monthCalendar('Europe/Berlin').periodOf(lateOnThe30thInUtc)).toBe('2019-07');
  const earlyOnThe1stInUtc = '2019-01-01T04:59:59.999Z';
  expect(monthCalendar('UTC').periodOf(earlyOnThe1stInUtc)).toBe('2019-01');
  expect(monthCalendar('America/New_York').periodOf(earlyOnThe1stInUtc)).toBe('2018-12');
  expect(monthCalendar('America/New_York').periodOf('2019-01-01T05:00:00.000Z')).toBe('2019-01');
});

test('a month in which clocks change begins and ends at local midnights of different offsets', () => {
  const { startOf, endOf } = monthCalendar('Europe/Dublin');
  // 31 days less the hour skipped in March, 31 days more the hour repeated in October
  expect([startOf('2022-03'), endOf('2022-03')]).toEqual([
    '2022-03-01T00:00:00.000Z',
    '2022-03-31T23:00:00.000Z',
  ]);
  expect([startOf('2022-10'), endOf('2022-10')]).toEqual([
    '2022-09-30T23:00:00.000Z',
    '2022-11-01T00:00:00.000Z',
  ]);
});

test('where midnight comes twice the first of them begins the month, where it is skipped the first instant after it', () => {
  const { periodOf, startOf } = monthCalendar('America/Havana');
  expect(startOf('2015-11')).toBe('2015-11-01T04:00:00.000Z');
  expect(periodOf('2015-11-01T04:30:00.000Z')).toBe('2015-11');
  expect(startOf('2012-04')).toBe('2012-04-01T05:00:00.000Z');
});

test('months are counted by the calendar, not in stretches of 30 days', () => {
  expect(monthCalendar('UTC').between('2023-01', '2023-03')).toBe(2);
  expect(monthCalendar('UTC').between('2023-12', '2024-01')).toBe(1);
  expect(monthCalendar('UTC').between('2024-01', '2023-12')).toBe(-1);
  expect(monthCalendar('UTC').plus('2023-11', 14)).toBe('2025-01');
  expect(monthCalendar('UTC').plus('2024-01', -1)).toBe('2023-12');
});

test('every instant lies in its month, and in the month that luxon says', () => {
  const zones = [
    'UTC',
    'Europe/London',
    'America/Havana',
    'Asia/Kathmandu',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
  ];
  const calendars = new Map(zones.map((zone) => [zone, monthCalendar(zone)]));
  const instants = fc.date({
    min: new Date('1995-01-01Z'),
    max: new Date('2037-01-01Z'),
    noInvalidDate: true,
  });
  // Most instants lie far from a month's edge, where nothing can go wrong: half of these lie within a day of one.
  const nearAnEdge = fc
    .tuple(fc.integer({ min: 1995 * 12, max: 2036 * 12 }), fc.integer({ min: -86_400, max: 86_400 }))
    .map(([month, seconds]) => new Date(Date.UTC(0, month) + seconds * 1000));
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.oneof(instants, nearAnEdge), (zone, date) => {
      const { periodOf, startOf, endOf } = calendars.get(zone)!;
      const at = date.toISOString();
      const month = periodOf(at);
      expect(startOf(month) <= at && at < endOf(month)).toBe(true);
      expect(month).toBe(DateTime.fromISO(at, { zone }).toFormat('yyyy-MM'));
    }),
    { numRuns: 2000 },
  );
});

test('only names of the zone database are zones', () => {
  expect(['UTC', 'Europe/London', 'America/Argentina/Buenos_Aires'].every(isZone)).toBe(true);
  expect(['', '+02:00', 'Mars/Olympus', 'local', 'UTC+2', 'Europe/'].some(isZone)).toBe(false);
  expect(() => monthCalendar('Mars/Olympus')).toThrow('there is no time zone Mars/Olympus');
});

test.each([
  'America/Havana',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Africa/Cairo',
  'Asia/Amman',
  'Asia/Gaza',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Pacific/Apia',
])(
  'a day in %s begins at the first instant that its clocks, as the runtime knows them, give its date',
  (zone) => {
    const { startOfDay } = periodCalendar(zone, 'day');
    const date = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: zone });
    const wrong: string[] = [];
    for (let time = Date.UTC(2005, 0); time < Date.UTC(2032, 0); time += 86_400_000) {
      const day = new Date(time).toISOString().slice(0, 10);
      const start = Date.parse(startOfDay(day));
      // The one day of which there is nothing: Samoa moved to the other side of the date line.
      if (zone === 'Pacific/Apia' && day === '2011-12-30') continue;
      if (date.format(start) !== day || date.format(start - 1) >= day) wrong.push(day);
    }
    expect(wrong).toEqual([]);
  },
);
