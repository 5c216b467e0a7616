import { periodCalendar } from '../analytics/period-calendar.js';
import type { RetentionFigures } from './retention.figures.js';
import { clientRetention, revenueRetention } from './retention.js';

const calendar = periodCalendar('UTC', 'month');
const cohort = (month: string, clients: number, servicesBefore = 0) => ({
  cohort: month,
  clients,
  servicesBefore,
});
const figures = (some: Partial<RetentionFigures>): RetentionFigures => ({
  cohorts: [],
  cells: [],
  revenue: [],
  ...some,
});

/** Four clients of March, two of April. */
const spring = figures({
  cohorts: [cohort('2021-04', 2), cohort('2021-03', 4, 1)],
  cells: [
    { cohort: '2021-03', k: 0, clients: 4 },
    { cohort: '2021-03', k: 2, clients: 1 },
    { cohort: '2021-04', k: 0, clients: 1 },
    { cohort: '2021-04', k: 1, clients: 2 },
  ],
});

test('every period that has begun has a cell, also one in which nobody came', () => {
  const { cohorts } = clientRetention(spring, { calendar, asOf: '2021-06-01T00:00:00.000Z' });
  expect(cohorts.map(({ cells }) => cells.map(({ period, numerator }) => [period, numerator]))).toEqual([
    [
      ['2021-03', 4],
      ['2021-04', 0],
      ['2021-05', 1],
    ],
    [
      ['2021-04', 1],
      ['2021-05', 2],
    ],
  ]);
});

test('a cell carries its rate with numerator and denominator, and the bounds of its period', () => {
  const { cohorts } = clientRetention(spring, { calendar, asOf: '2021-06-01T00:00:00.000Z' });
  expect(cohorts[0]).toMatchObject({
    cohort: '2021-03',
    start: '2021-03-01T00:00:00.000Z',
    end: '2021-04-01T00:00:00.000Z',
    size: 4,
    servicesBeforeConversion: 1,
  });
  expect(cohorts[0]?.cells[2]).toEqual({
    k: 2,
    period: '2021-05',
    periodStart: '2021-05-01T00:00:00.000Z',
    periodEnd: '2021-06-01T00:00:00.000Z',
    numerator: 1,
    denominator: 4,
    rate: 0.25,
    complete: true,
    censored: false,
  });
});

test('the period that is running is incomplete, one that begins exactly at asOf is absent', () => {
  const lastCells = (asOf: string) =>
    clientRetention(spring, { calendar, asOf }).cohorts[0]?.cells.map(({ period, complete }) => [
      period,
      complete,
    ]);
  expect(lastCells('2021-04-30T23:59:59.999Z')).toEqual([
    ['2021-03', true],
    ['2021-04', false],
  ]);
  expect(lastCells('2021-05-01T00:00:00.000Z')).toEqual([
    ['2021-03', true],
    ['2021-04', true],
  ]);
  expect(lastCells('2021-05-01T00:00:00.001Z')?.at(-1)).toEqual(['2021-05', false]);
});

test('the mean weighs cohorts by their clients and leaves incomplete cells out', () => {
  const { mean } = clientRetention(spring, { calendar, asOf: '2021-05-20T00:00:00.000Z' });
  // May is running: k = 1 of April and k = 2 of March do not count, so k = 2 has no mean at all.
  expect(mean).toEqual([
    { k: 0, numerator: 5, denominator: 6, rate: 5 / 6 },
    { k: 1, numerator: 0, denominator: 4, rate: 0 },
  ]);
});

test('from is inclusive, to exclusive, and both speak of the start of the cohort’s period', () => {
  const shown = (bounds: { from?: string; to?: string }) =>
    clientRetention(spring, { calendar, asOf: '2021-06-01T00:00:00.000Z', ...bounds }).cohorts.map(
      (row) => row.cohort,
    );
  expect(shown({ from: '2021-04-01T00:00:00.000Z' })).toEqual(['2021-04']);
  expect(shown({ from: '2021-03-01T00:00:00.001Z' })).toEqual(['2021-04']);
  expect(shown({ to: '2021-04-01T00:00:00.000Z' })).toEqual(['2021-03']);
  expect(shown({ from: '2021-03-01T00:00:00.000Z', to: '2021-04-01T00:00:00.001Z' })).toEqual([
    '2021-03',
    '2021-04',
  ]);
});

test('periods bounds the cells of a cohort, counted from its own', () => {
  const { cohorts, mean } = clientRetention(spring, {
    calendar,
    asOf: '2021-09-01T00:00:00.000Z',
    periods: 2,
  });
  expect(cohorts.map(({ cells }) => cells.map(({ k }) => k))).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(mean.map(({ k }) => k)).toEqual([0, 1]);
});

test('a cohort without clients, or one that lies ahead of asOf, is no cohort', () => {
  const some = figures({ cohorts: [cohort('2021-03', 0), cohort('2021-07', 3)] });
  expect(clientRetention(some, { calendar, asOf: '2021-06-01T00:00:00.000Z' })).toEqual({
    cohorts: [],
    mean: [],
  });
});

test('period bounds are local midnights of the zone', () => {
  const { cohorts } = clientRetention(figures({ cohorts: [cohort('2022-03', 1)] }), {
    calendar: periodCalendar('Europe/Dublin', 'month'),
    asOf: '2022-03-31T23:00:00.000Z',
  });
  // 23:00 in UTC is midnight on the island by then, so March is over and April has not begun.
  expect(cohorts[0]?.cells).toMatchObject([
    { period: '2022-03', periodEnd: '2022-03-31T23:00:00.000Z', complete: true },
  ]);
});

describe('revenue', () => {
  const paid = (month: string, k: number, currency: string, amountMinor: number) => ({
    cohort: month,
    k,
    currency,
    amountMinor,
    services: 2,
    clients: 1,
  });
  const twoCurrencies = figures({
    cohorts: [cohort('2021-03', 4), cohort('2021-04', 2)],
    revenue: [
      paid('2021-03', 0, 'EUR', 1000),
      paid('2021-03', 2, 'EUR', 600),
      paid('2021-04', 0, 'CHF', 500),
    ],
  });
  const report = revenueRetention(twoCurrencies, { calendar, asOf: '2021-06-01T00:00:00.000Z' });

  test('accumulates over the periods, and divides by all clients of the cohort', () => {
    expect(
      report.cohorts.find((row) => row.cohort === '2021-03' && row.currency === 'EUR')?.cells,
    ).toMatchObject([
      {
        k: 0,
        amountMinor: 1000,
        services: 2,
        clientsServiced: 1,
        cumulativeMinor: 1000,
        cumulativeMinorPerClient: 250,
      },
      {
        k: 1,
        amountMinor: 0,
        services: 0,
        clientsServiced: 0,
        cumulativeMinor: 1000,
        cumulativeMinorPerClient: 250,
      },
      { k: 2, amountMinor: 600, numerator: 600, denominator: 4, rate: 150, cumulativeMinorPerClient: 400 },
    ]);
  });

  test('has a row for every cohort and currency, so that the mean counts clients who paid nothing', () => {
    expect(report.cohorts.map(({ cohort: month, currency }) => [month, currency])).toEqual([
      ['2021-03', 'CHF'],
      ['2021-03', 'EUR'],
      ['2021-04', 'CHF'],
      ['2021-04', 'EUR'],
    ]);
    expect(report.mean.filter(({ k }) => k === 0)).toEqual([
      { k: 0, currency: 'CHF', numerator: 500, denominator: 6, rate: 500 / 6 },
      { k: 0, currency: 'EUR', numerator: 1000, denominator: 6, rate: 1000 / 6 },
    ]);
  });

  test('knows only the currencies of the cohorts in view', () => {
    const frame = { calendar, asOf: '2021-06-01T00:00:00.000Z', to: '2021-04-01T00:00:00.000Z' };
    expect(revenueRetention(twoCurrencies, frame).cohorts.map(({ currency }) => currency)).toEqual(['EUR']);
  });
});
