import fc from 'fast-check';
import { DataSource } from 'typeorm';
import {
  cohortRetention,
  type RetentionEvent,
} from '../../projections/cohort-retention/cohort-retention.projection.js';
import { ANCHORS } from '../../projections/cohort-retention/cohort-retention.tables.js';
import { figuresAsOf, figuresOfNow } from '../../projections/cohort-retention/figures-from-counters.js';
import { figuresFromFacts } from '../../projections/cohort-retention/figures-from-facts.js';
import { monthCalendar } from '../../projections/cohort-retention/month-calendar.js';
import { MEASURES, type RetentionFigures } from '../../projections/cohort-retention/retention.figures.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { EventLog } from '../support/recorded-events.js';
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

const amounts = fc.record({
  amountMinor: fc.constantFrom(0, 1, 8200),
  currency: fc.constantFrom('EUR', 'CHF'),
});

/** `turn`: services are recorded in the order of their turns, whoever they are of, and before or after what came before them. */
const services = fc.record({ at: instants, amount: fc.option(amounts), turn: fc.nat(100) });
const histories = fc.array(
  fc.record({ convertedAt: instants, services: fc.array(services, { maxLength: 8 }) }),
  { maxLength: 12 },
);
type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

const uuid = (kind: string, number: number) => `${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`;

function record(history: History) {
  const log = new EventLog<RetentionEvent>();
  const stream = (client: number) => `client-${uuid('00000001', client)}`;
  history.forEach(({ convertedAt: at }, client) => log.record(stream(client), 'ClientConverted', {}, { at }));
  history
    .flatMap((client, number) => client.services.map((service) => ({ ...service, client: number })))
    .sort((a, b) => a.turn - b.turn)
    .forEach(({ client, at, amount }, number) => {
      const data = { serviceId: uuid('00000002', number), ...amount };
      log.record(stream(client), 'ClientServiced', data, { at });
    });
  return log.events;
}

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

test('counters, counters with the running month, and facts all give what the definitions give, on any day and in any zone', async () => {
  await fc.assert(
    fc.asyncProperty(histories, instants, fc.constantFrom(...ZONES), async (history, someDay, someZone) => {
      const facts = record(history);
      const half = Math.floor(facts.length / 2);
      await spec.replay([facts.slice(0, half), facts.slice(half)].filter((batch) => batch.length > 0));
      for (const anchor of ANCHORS)
        for (const measure of MEASURES) {
          const asked = (asOf: string, zone: string) => ({
            anchor,
            measure,
            asOf,
            calendar: monthCalendar(zone),
          });
          const expected = (asOf: string, zone: string) => {
            const model = retentionModel(facts, { anchor, asOf, zone });
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
    }),
    { numRuns: 50 },
  );
});
