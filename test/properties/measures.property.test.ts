import fc from 'fast-check';
import { DataSource } from 'typeorm';
import type { ServiceEvent } from '../../projections/analytics/facts/service-movements.js';
import { PeriodParameters } from '../../projections/analytics/analytics.parameters.js';
import { periodCalendar } from '../../projections/analytics/period-calendar.js';
import { repeatFigures } from '../../projections/analytics/repeat/repeat.query.js';
import type { Frame } from '../../projections/analytics/reports.js';
import type { Sql } from '../../projections/analytics/sql.js';
import {
  revenueRetentionRows,
  RevenueRetentionParameters,
} from '../../projections/analytics/revenue-retention/revenue-retention.query.js';
import { rfmFigures, RfmParameters } from '../../projections/analytics/rfm/rfm.query.js';
import { survivalFigures, SurvivalParameters } from '../../projections/analytics/survival/survival.query.js';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { livedTogether, pooledLives, someDays } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { countedLives } from '../support/retention-model.js';

/** Each measure worked out once more, from the services that count of every client, in plain TypeScript. */

const NOW = '2031-01-01T00:00:00.000Z';
const DAY = 86_400_000;

let spec: ProjectionSpec;
let database: DataSource;
beforeAll(async () => {
  spec = await ProjectionSpec.open(cohortRetention('UTC'));
  database = await new DataSource({ type: 'postgres', url: spec['database'].url }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await spec.close();
});

interface Service {
  readonly at: string;
  readonly amountMinor?: number | undefined;
  readonly currency?: string | undefined;
}

const questions = fc.tuple(pooledLives(someDays), fc.nat(), fc.oneof(someDays, fc.constant(NOW)));

/** Holds a measure against its model, on lives told up to some fact and asked about as of some day. */
async function always<Figures>(
  grain: 'month' | 'quarter',
  measure: (sql: Sql, frame: Frame) => Promise<Figures>,
  model: (clients: readonly (readonly Service[])[], frame: Frame) => unknown,
): Promise<void> {
  const property = fc.asyncProperty(questions, async ([lives, cut, asOf]) => {
    // Who was closed is watched until then; that is the e2e test's to show.
    const steps = lives.steps.filter(({ what }) => what !== 'close');
    const { facts } = livedTogether({ ...lives, steps });
    const known = cut % (facts.length + 1);
    await spec.replay([facts]);
    const knownAt = facts[known]?.recordedAt ?? null;
    const frame = { calendar: periodCalendar('UTC', grain), bounds: {}, asOf, knownAt };
    const told = facts.slice(0, known) as RecordedEvent[] as RecordedEvent<ServiceEvent>[];
    const clients = [...countedLives(told).values()]
      .map(({ services }) => services.filter(({ at }) => at < asOf).sort((a, b) => (a.at < b.at ? -1 : 1)))
      .filter((services) => services.length > 0);
    expect(await measure(database, frame)).toEqual(model(clients, frame));
  });
  await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 20_000 });
}

const dayOf = (at: string): number => Math.floor(Date.parse(at) / DAY);
/** The last day that counts. */
const lastDay = ({ asOf }: Frame): number => dayOf(new Date(Date.parse(asOf) - 1).toISOString());
const visitsOf = (services: readonly Service[]): number[] => [
  ...new Set(services.map(({ at }) => dayOf(at))),
];

test('survival: who lapsed after how many days, and who was watched no longer', async () => {
  const parameters = Object.assign(new SurvivalParameters(), { windowDays: 60 });
  const until = (services: readonly Service[], asOf: string): { days: number | null } => {
    for (const [index, { at }] of services.entries()) {
      const lapse = Date.parse(at) + 60 * DAY;
      const next = services[index + 1]?.at;
      if (lapse < Date.parse(asOf) && (next === undefined || Date.parse(next) >= lapse))
        return { days: dayOf(new Date(lapse).toISOString()) - dayOf(services[0]?.at as string) };
    }
    return { days: null };
  };
  await always(
    'month',
    async (sql, frame) => {
      const { rows } = await survivalFigures(sql, parameters, frame);
      return rows.map(({ days, atRisk, events, censored }) => [days, atRisk, events, censored]);
    },
    (clients, frame) => {
      const watched = clients.map((services) => {
        const { days } = until(services, frame.asOf);
        return days === null
          ? { days: lastDay(frame) - dayOf(services[0]?.at as string), lapsed: false }
          : { days, lapsed: true };
      });
      const durations = [...new Set(watched.map(({ days }) => days))].sort((a, b) => a - b);
      return durations.map((days) => {
        const then = watched.filter((one) => one.days === days);
        const lapsed = then.filter((one) => one.lapsed).length;
        return [days, watched.filter((one) => one.days >= days).length, lapsed, then.length - lapsed];
      });
    },
  );
});

test('repeat: who came again at all, and within how many days', async () => {
  await always(
    'month',
    async (sql, frame) => {
      const { rows, frequency } = await repeatFigures(sql, new PeriodParameters(), frame);
      const [all] = rows;
      return {
        repeat: [all?.repeat.numerator, all?.repeat.denominator],
        within: all?.within.map(({ days, numerator, denominator }) => [days, numerator, denominator]),
        visits: frequency.map(({ period, frequency: { numerator, denominator } }) => [
          period,
          numerator,
          denominator,
        ]),
      };
    },
    (clients, { asOf, calendar }) => {
      const days = clients.map(visitsOf);
      const within = [30, 60, 90, 180, 365].map((most) => {
        const eligible = clients.filter(
          ([first]) => Date.parse(first?.at as string) + most * DAY <= Date.parse(asOf),
        );
        const back = eligible
          .map(visitsOf)
          .filter(([first = 0, second]) => second !== undefined && second - first <= most);
        return [most, back.length, eligible.length];
      });
      const months = new Map<string, { visits: number; clients: number }>();
      for (const visits of days) {
        const periods = visits.map((day) => calendar.periodOf(new Date(day * DAY).toISOString()));
        for (const period of new Set(periods)) {
          const month = months.get(period) ?? { visits: 0, clients: 0 };
          const here = periods.filter((one) => one === period).length;
          months.set(period, { visits: month.visits + here, clients: month.clients + 1 });
        }
      }
      return {
        repeat: [days.filter(({ length }) => length > 1).length, clients.length],
        within,
        visits: [...months]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([period, one]) => [period, one.visits, one.clients]),
      };
    },
  );
});

test('revenue retention: what the clients of a quarter bring in the next', async () => {
  await always(
    'quarter',
    async (sql, frame) => {
      const rows = await revenueRetentionRows(sql, new RevenueRetentionParameters(), frame);
      return rows
        .filter(({ logo }) => logo.denominator > 0)
        .map(({ period, currency, logo, gross, net, outsideBase }) => [
          ...[period, currency, logo.numerator, logo.denominator],
          ...[gross.numerator, net.numerator, net.denominator, outsideBase],
        ]);
    },
    (clients, { calendar, asOf }) => {
      const all = clients.flat();
      const found: unknown[] = [];
      const currencies = [...new Set(all.flatMap(({ currency }) => currency ?? []))].sort();
      const [first] = all.map(({ at }) => calendar.periodOf(at)).sort();
      if (first === undefined) return [];
      for (
        let period = calendar.plus(first, 1);
        calendar.startOf(period) < asOf;
        period = calendar.plus(period, 1)
      )
        for (const currency of currencies) {
          const brought = (services: readonly Service[], quarter: string) =>
            services
              .filter((one) => one.currency === currency && calendar.periodOf(one.at) === quarter)
              .reduce((sum, { amountMinor = 0 }) => sum + amountMinor, 0);
          const spent = clients.map((services) => ({
            base: brought(services, calendar.plus(period, -1)),
            now: brought(services, period),
          }));
          const base = spent.filter((one) => one.base > 0);
          const outside = spent.filter((one) => one.base <= 0 && one.now > 0).length;
          const sum = (of: (one: { base: number; now: number }) => number) =>
            base.reduce((total, one) => total + of(one), 0);
          if (base.length > 0)
            found.push([
              ...[period, currency, base.filter(({ now }) => now > 0).length, base.length],
              ...[
                sum((one) => Math.min(one.base, one.now)),
                sum(({ now }) => now),
                sum((one) => one.base),
                outside,
              ],
            ]);
        }
      return found;
    },
  );
});

test('RFM: scores by rank, equals scoring the same', async () => {
  const parameters = Object.assign(new RfmParameters(), { currency: 'EUR' });
  await always(
    'month',
    async (sql, frame) => {
      const { cells } = await rfmFigures(sql, parameters, frame);
      return cells.map(({ r, f, m, clients, amountMinor }) => [r, f, m, clients, amountMinor]).sort();
    },
    (clients, frame) => {
      const figures = clients.map((services) => ({
        r: -(lastDay(frame) - dayOf(services.at(-1)?.at as string)),
        f: visitsOf(services).length,
        m: services.reduce(
          (sum, { currency, amountMinor = 0 }) => (currency === 'EUR' ? sum + amountMinor : sum),
          0,
        ),
      }));
      const score = (one: (typeof figures)[number], of: 'r' | 'f' | 'm') =>
        1 + Math.floor((5 * figures.filter((other) => other[of] < one[of]).length) / figures.length);
      const cells = new Map<string, [number, number, number, number, number]>();
      for (const one of figures) {
        const [r, f, m] = [score(one, 'r'), score(one, 'f'), score(one, 'm')];
        const cell = cells.get(`${r}${f}${m}`) ?? [r, f, m, 0, 0];
        cells.set(`${r}${f}${m}`, [r, f, m, cell[3] + 1, cell[4] + one.m]);
      }
      return [...cells.values()].sort();
    },
  );
});
