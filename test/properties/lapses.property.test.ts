import fc from 'fast-check';
import { DateTime } from 'luxon';
import { DataSource } from 'typeorm';
import { LifeColumns } from '../../projections/analytics/columns/life-columns.js';
import { Reports } from '../../projections/analytics/reports.js';
import { GRAINS } from '../../projections/analytics/period-calendar.js';
import { PeriodParameters } from '../../projections/analytics/analytics.parameters.js';
import { LapsesParameters } from '../../projections/analytics/lapses/lapses.parameters.js';
import { GetLapses, GetLapsesHandler } from '../../projections/analytics/lapses/lapses.query.js';
import { GetLifecycle, GetLifecycleHandler } from '../../projections/analytics/lifecycle/lifecycle.query.js';
import {
  GetLapseClients,
  GetLapseClientsHandler,
  LapseFigureParameters,
} from '../../projections/analytics/lapses/lapse-lineage.js';
import {
  GetLifecycleClients,
  GetLifecycleClientsHandler,
  LifecycleFigureParameters,
} from '../../projections/analytics/lifecycle/lifecycle-lineage.js';
import type { LineagePage } from '../../projections/analytics/lineage.js';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import { ReadModels } from '../../projections/read-models.js';
import type { PositionAwaiter } from '../../src/projecting/await-position.js';
import { livedTogether, pooledLives, someDays } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { isActive, livesIn, type ModelLife } from '../support/retention-model.js';
import { SettableClock } from '../support/settable-clock.js';

/** After all facts. */
const NOW = '2031-01-01T00:00:00.000Z';
const ZONE = 'Europe/Berlin';

let spec: ProjectionSpec;
let database: DataSource;
let reports: Reports;
beforeAll(async () => {
  spec = await ProjectionSpec.open(cohortRetention(ZONE));
  database = await new DataSource({ type: 'postgres', url: spec['database'].url }).initialize();
  // Nothing is waited for here.
  const readModels = new ReadModels(database, null as unknown as PositionAwaiter);
  reports = new Reports(readModels, new SettableClock(NOW), ZONE, new LifeColumns());
});
afterAll(async () => {
  await database.destroy();
  await spec.close();
});

const questions = fc.record({
  lives: pooledLives(someDays),
  cut: fc.nat(),
  asOf: someDays,
  grain: fc.constantFrom(...GRAINS),
  rule: fc.constantFrom(
    ...([
      {},
      { tieRule: 'gt' },
      { windowDays: 45 },
      { windowDays: 30, tieRule: 'gt' },
    ] as Partial<LapsesParameters>[]),
  ),
});
type Question = typeof questions extends fc.Arbitrary<infer Q> ? Q : never;

/** Replays the lives. @returns those known at a moment, and the parameters that ask for it */
async function asked({ lives, cut, asOf, grain, rule }: Question) {
  const { facts, appends } = livedTogether(lives);
  await spec.replay([facts]);
  // Within an append, what follows from a fact is not on record yet.
  const known = [...appends, facts.length][cut % (appends.length + 1)] as number;
  const parameters = { asOf, grain, knownAt: facts[known]?.recordedAt, ...rule };
  return { parameters, known: livesIn(facts.slice(0, known)) };
}

const periods = (rows: readonly { start: string; end: string }[], grain: 'week' | 'month' | 'quarter') => {
  for (const { start, end } of rows) {
    const first = DateTime.fromISO(start, { zone: ZONE });
    expect(first.startOf(grain).toMillis()).toBe(first.toMillis());
    expect(first.endOf(grain).toMillis() + 1).toBe(Date.parse(end));
  }
};

test('the balance of active clients is that of the definitions, in every period', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      const { parameters, known } = await asked(question);
      const query = new GetLapses(Object.assign(new LapsesParameters(), parameters));
      const { rows, states } = (await new GetLapsesHandler(reports).execute(query)).result;
      periods(rows, question.grain);
      const { asOf } = parameters;
      const before = (at: string) => (at < asOf ? at : asOf);
      const active = (at: string) => known.filter((life) => isActive(life, at, parameters));
      const served = (life: ModelLife, at: string) => life.services.some((one) => one.at < at);
      const closed = (life: ModelLife, at: string) =>
        life.closures.some(({ from, to }) => from < at && (to === null || to >= at));
      for (const row of rows) {
        const end = before(row.end);
        expect(row.openingActive).toBe(active(row.start).length);
        expect(row.closingActive).toBe(active(end).length);
        expect(row.closingClosed).toBe(known.filter((life) => served(life, end) && closed(life, end)).length);
        expect(row.closingLapsed).toBe(
          known.filter((life) => served(life, end)).length - row.closingActive - row.closingClosed,
        );
        const { newlyServiced, lapsed, reactivated, closed: shut, reopened } = row;
        expect(row.openingActive + newlyServiced - lapsed + reactivated - shut + reopened).toBe(
          row.closingActive,
        );
        expect(row.churn).toMatchObject({ denominator: row.openingActive });
        if (parameters.windowDays === undefined && known.every(({ closures }) => closures.length === 0)) {
          const within = (at: string) => at >= row.start && at < end;
          const counts = ({ at, reactivation }: ModelLife['lapses'][number]) =>
            within(at) && !(parameters.tieRule === 'gt' && reactivation?.at === at && reactivation.at < asOf);
          expect(lapsed).toBe(known.flatMap(({ lapses }) => lapses.filter(counts)).length);
          expect(row.churn.numerator).toBe(
            active(row.start).filter(({ lapses }) => lapses.some(counts)).length,
          );
        }
      }
      const last = rows.at(-1);
      const [now] = states;
      expect((now?.activeOneVisit ?? 0) + (now?.activeRepeat ?? 0) + (now?.activeReactivated ?? 0)).toBe(
        last?.closingActive ?? 0,
      );
      expect((now?.lapsedNeverReturned ?? 0) + (now?.lapsedAgain ?? 0)).toBe(last?.closingLapsed ?? 0);
    }),
    { numRuns: 80, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);

test('new, returning, resurrecting and dormant clients are those of the definitions', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      const { parameters: all, known } = await asked(question);
      const { asOf, grain, knownAt } = all;
      const query = new GetLifecycle(Object.assign(new PeriodParameters(), { asOf, grain, knownAt }));
      const { rows } = (await new GetLifecycleHandler(reports).execute(query)).result;
      periods(rows, grain);
      rows.forEach((row, index) => {
        const during = ({ services }: ModelLife, { start, end }: { start: string; end: string }) =>
          services.filter(({ at }) => at >= start && at < end && at < asOf);
        const now = known.filter((life) => during(life, row).length > 0);
        const previous = rows[index - 1];
        const ago = (life: ModelLife) => previous !== undefined && during(life, previous).length > 0;
        const ever = (life: ModelLife) => life.services.some(({ at }) => at < row.start);
        expect(row).toMatchObject({
          active: now.length,
          new: now.filter((life) => !ever(life)).length,
          returning: now.filter(ago).length,
          resurrecting: now.filter((life) => ever(life) && !ago(life)).length,
          dormant: known.filter((life) => ago(life) && during(life, row).length === 0).length,
          services: now.flatMap((life) => during(life, row)).length,
        });
      });
      expect(rows.reduce((sum, row) => sum + row.services, 0)).toBe(
        known.flatMap(({ services }) => services.filter(({ at }) => at < asOf)).length,
      );
    }),
    { numRuns: 80, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);

test('every figure opens into the clients that it counts', async () => {
  const total = async (open: Promise<{ result: LineagePage }>) => (await open).result.total;
  await fc.assert(
    fc.asyncProperty(questions, fc.nat(), async (question, which) => {
      const { parameters } = await asked(question);
      const lapses = new GetLapses(Object.assign(new LapsesParameters(), parameters));
      const { rows } = (await new GetLapsesHandler(reports).execute(lapses)).result;
      const row = rows[which % rows.length];
      if (row !== undefined)
        for (const [figure, count] of Object.entries({ ...row, churned: row.churn.numerator })) {
          if (typeof count !== 'number') continue;
          const of = { ...parameters, period: row.period, figure };
          const open = new GetLapseClients(Object.assign(new LapseFigureParameters(), of));
          expect([figure, await total(new GetLapseClientsHandler(reports).execute(open))]).toEqual([
            figure,
            count,
          ]);
        }
      const { asOf, grain, knownAt } = parameters;
      const lifecycle = new GetLifecycle(Object.assign(new PeriodParameters(), { asOf, grain, knownAt }));
      const lived = (await new GetLifecycleHandler(reports).execute(lifecycle)).result.rows;
      const period = lived[which % lived.length];
      if (period !== undefined)
        for (const figure of ['active', 'new', 'returning', 'resurrecting', 'dormant'] as const) {
          const of = { asOf, grain, knownAt, period: period.period, figure };
          const open = new GetLifecycleClients(Object.assign(new LifecycleFigureParameters(), of));
          expect([figure, await total(new GetLifecycleClientsHandler(reports).execute(open))]).toEqual([
            ...[figure, period[figure]],
          ]);
        }
    }),
    { numRuns: 50, interruptAfterTimeLimit: 60_000 },
  );
}, 120_000);
