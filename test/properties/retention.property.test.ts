import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import { ANCHORS } from '../../projections/cohort-retention/cohort-retention.tables.js';
import { figuresAsOf, figuresOfNow } from '../../projections/cohort-retention/figures-from-counters.js';
import { figuresFromFacts } from '../../projections/cohort-retention/figures-from-facts.js';
import { periodCalendar } from '../../projections/analytics/period-calendar.js';
import { MEASURES, type RetentionFigures } from '../../projections/cohort-retention/retention.figures.js';
import type { ServiceEvent } from '../../projections/analytics/facts/service-movements.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { livedTogether, pooledLives, type PooledLives } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { retentionModel } from '../support/retention-model.js';

/** Months of the counters are those of New York; the other zones are asked for, one of them a day ahead of it at times. */
const BUSINESS = 'America/New_York';
const ZONES = [BUSINESS, 'UTC', 'Pacific/Kiritimati'];
/** After all facts. */
const NOW = '2030-01-01T00:00:00.000Z';

/** Instants of a year and a half, every other one within hours of the first of a month, where zones disagree. */
const instants = fc
  .oneof(
    fc.integer({ min: 0, max: 18 * 30 * 24 }).map((hours) => Date.UTC(2023, 0) + hours * 3_600_000),
    fc
      .tuple(fc.integer({ min: 0, max: 17 }), fc.integer({ min: -30, max: 30 }))
      .map(([month, halfHours]) => Date.UTC(2023, month) + halfHours * 1_800_000),
  )
  .map((time) => new Date(time).toISOString());

/** Of the facts of these lives, retention follows from some. */
const factsOf = (lives: PooledLives) =>
  livedTogether(lives).facts as RecordedEvent[] as RecordedEvent<ServiceEvent>[];

/** Figures come in any order. */
const unordered = ({ cohorts, cells, revenue }: RetentionFigures) => {
  const lines = (rows: readonly object[]) =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  return { cohorts: lines(cohorts), cells: lines(cells), revenue: lines(revenue) };
};

let spec: ProjectionSpec;
let database: DataSource;
beforeAll(async () => {
  spec = await ProjectionSpec.open(cohortRetention(BUSINESS));
  database = await new DataSource({ type: 'postgres', url: spec['database'].url }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await spec.close();
});

/** Several times over, so that states of one life meet in one batch and in different ones. */
const replayed = (facts: readonly RecordedEvent<ServiceEvent>[]) => {
  const third = Math.ceil(facts.length / 3);
  const thirds = [facts.slice(0, third), facts.slice(third, 2 * third), facts.slice(2 * third)];
  return spec.replay(thirds.filter((batch) => batch.length > 0));
};

test('counters, counters with the running month, and facts all give what the definitions give, on any day and in any zone', async () => {
  await fc.assert(
    fc.asyncProperty(
      pooledLives(instants),
      instants,
      fc.constantFrom(...ZONES),
      async (lives, someDay, someZone) => {
        const facts = factsOf(lives);
        await replayed(facts);
        for (const anchor of ANCHORS)
          for (const measure of MEASURES) {
            const asked = (asOf: string, zone: string) => ({
              anchor,
              measure,
              asOf,
              mode: 'bounded' as const,
              knownAt: null,
              calendar: periodCalendar(zone, 'month'),
            });
            const expected = (asOf: string, zone: string) => {
              const model = retentionModel(facts, { anchor, mode: 'bounded', asOf, zone });
              return unordered({ ...model, [measure === 'clients' ? 'revenue' : 'cells']: [] });
            };
            const now = asked(NOW, BUSINESS);
            expect(unordered(await figuresOfNow(database, now))).toEqual(expected(NOW, BUSINESS));
            expect(unordered(await figuresAsOf(database, now))).toEqual(expected(NOW, BUSINESS));
            expect(unordered(await figuresFromFacts(database, now))).toEqual(expected(NOW, BUSINESS));
            const then = expected(someDay, BUSINESS);
            expect(unordered(await figuresAsOf(database, asked(someDay, BUSINESS)))).toEqual(then);
            expect(unordered(await figuresFromFacts(database, asked(someDay, BUSINESS)))).toEqual(then);
            const there = expected(someDay, someZone);
            expect(unordered(await figuresFromFacts(database, asked(someDay, someZone)))).toEqual(there);
          }
      },
    ),
    { numRuns: 50 },
  );
});

test('a report as known at a moment is the report that was made then, in either mode', async () => {
  await fc.assert(
    fc.asyncProperty(
      pooledLives(instants),
      fc.nat(),
      fc.tuple(instants, fc.constantFrom(...ZONES), fc.constantFrom(...ANCHORS)),
      async (lives, cut, [asOf, zone, anchor]) => {
        const facts = factsOf(lives);
        await replayed(facts);
        const known = facts.slice(0, cut % (facts.length + 1));
        const knownAt = facts[known.length]?.recordedAt ?? null;
        for (const [mode, measure] of [
          ['bounded', 'clients'],
          ['bounded', 'revenue'],
          ['unbounded', 'clients'],
        ] as const) {
          const question = { anchor, measure, mode, asOf, knownAt, calendar: periodCalendar(zone, 'month') };
          const model = retentionModel(known, { anchor, mode, asOf, zone });
          const expected = { ...model, [measure === 'clients' ? 'revenue' : 'cells']: [] };
          expect(unordered(await figuresFromFacts(database, question))).toEqual(unordered(expected));
        }
      },
    ),
    { numRuns: 60 },
  );
});
