import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import { ANCHORS } from '../../projections/cohort-retention/cohort-retention.tables.js';
import { figuresAsOf, figuresOfNow } from '../../projections/cohort-retention/figures-from-counters.js';
import { figuresFromFacts } from '../../projections/cohort-retention/figures-from-facts.js';
import { monthCalendar } from '../../projections/cohort-retention/month-calendar.js';
import { MEASURES, type RetentionFigures } from '../../projections/cohort-retention/retention.figures.js';
import type { RetentionEvent } from '../../projections/cohort-retention/service-movements.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { livedTogether, pooledLives, type PooledLives } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { countedLives, retentionModel } from '../support/retention-model.js';

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
  livedTogether(lives).facts as RecordedEvent[] as RecordedEvent<RetentionEvent>[];

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
const replayed = (facts: readonly RecordedEvent<RetentionEvent>[]) => {
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
              calendar: monthCalendar(zone),
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
          const question = { anchor, measure, mode, asOf, knownAt, calendar: monthCalendar(zone) };
          const model = retentionModel(known, { anchor, mode, asOf, zone });
          const expected = { ...model, [measure === 'clients' ? 'revenue' : 'cells']: [] };
          expect(unordered(await figuresFromFacts(database, question))).toEqual(unordered(expected));
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** Who was a client, since when, and with what services, as far as recorded before $1: what a report as known then is made of. */
const HELD = `
  SELECT client.client_id AS "clientId", converted_at AS "convertedAt", service_id AS id, serviced_at AS at,
         amount_minor AS "amountMinor", currency
  FROM retention_conversion AS client LEFT JOIN retention_service AS service
    ON service.client_id = client.client_id AND service.position >= counts_from AND service.recorded_at < $1
      AND NOT EXISTS (
        SELECT FROM retention_withdrawal AS gone
        WHERE gone.client_id = service.client_id AND gone.service_id = service.service_id
          AND gone.position > service.position AND gone.recorded_at < $1)
  WHERE client.recorded_at < $1 AND (superseded_at IS NULL OR superseded_at >= $1)`;

test('the facts tell what was held at any moment', async () => {
  const line = (one: object) => JSON.stringify(one, (_name, value: unknown) => value ?? undefined);
  await fc.assert(
    fc.asyncProperty(pooledLives(instants), fc.nat(), async (lives, cut) => {
      const facts = factsOf(lives);
      await replayed(facts);
      const known = facts.slice(0, cut % (facts.length + 1));
      const knownAt = facts[known.length]?.recordedAt ?? '2031-01-01T00:00:00.000Z';
      const held = await database.query<Record<string, unknown>[]>(HELD, [knownAt]);
      const expected = [...countedLives(known)].flatMap(([clientId, { convertedAt, services }]) =>
        services.length === 0
          ? [{ clientId, convertedAt }]
          : services.map(({ id, at, amountMinor, currency }) => {
              const amount = amountMinor === undefined ? {} : { amountMinor: String(amountMinor), currency };
              return { clientId, convertedAt, id, at, ...amount };
            }),
      );
      expect(held.map(line).sort()).toEqual(expected.map(line).sort());
    }),
    { numRuns: 100 },
  );
});
