import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { periodCalendar, GRAINS } from '../../projections/analytics/period-calendar.js';
import { LifeColumns } from '../../projections/analytics/columns/life-columns.js';
import { Reports, type Frame } from '../../projections/analytics/reports.js';
import type { Sql } from '../../projections/analytics/sql.js';
import type { LineageItem } from '../../projections/analytics/lineage.js';
import {
  CellParameters,
  GetCellClients,
  GetCellClientsHandler,
} from '../../projections/cohort-retention/cell-lineage.js';
import {
  GetRestatement,
  GetRestatementHandler,
  RestatementParameters,
} from '../../projections/cohort-retention/restatement.js';
import { ReadModels } from '../../projections/read-models.js';
import type { PositionAwaiter } from '../../src/projecting/await-position.js';
import { clientIdOf } from '../../src/client/client.events.js';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import { ANCHORS } from '../../projections/cohort-retention/cohort-retention.tables.js';
import { figuresFromFacts } from '../../projections/cohort-retention/figures-from-facts.js';
import type { ClientCohort, RevenueCohort } from '../../projections/cohort-retention/retention.answer.js';
import {
  RetentionParameters,
  bracketsOf,
  windowOfDays,
} from '../../projections/cohort-retention/retention.parameters.js';
import {
  GetRetention,
  GetRetentionHandler,
  questionOf,
  retentionFigures,
  retentionOf,
} from '../../projections/cohort-retention/retention.query.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { waitUntil } from '../support/wait-until.js';
import { SettableClock } from '../support/settable-clock.js';
import { livedTogether, pooledLives } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { livesIn, retentionModel, type ModelCohort, type ModelLife } from '../support/retention-model.js';

/** Months of the counters are those of New York; the other zones are asked for, one of them a day ahead of it at times. */
const BUSINESS = 'America/New_York';
const ZONES = [BUSINESS, 'UTC', 'Pacific/Kiritimati'];
/** After all that happened. */
const NOW = '2024-09-01T00:00:00.000Z';
/** After all was recorded. */
const CLOCK = '2031-01-01T00:00:00.000Z';

/** Instants of a year and a half, every other one within hours of the first of a month, where zones disagree. */
const instants = fc
  .oneof(
    fc.integer({ min: 0, max: 18 * 30 * 24 }).map((hours) => Date.UTC(2023, 0) + hours * 3_600_000),
    fc
      .tuple(fc.integer({ min: 0, max: 17 }), fc.integer({ min: -30, max: 30 }))
      .map(([month, halfHours]) => Date.UTC(2023, month) + halfHours * 1_800_000),
  )
  .map((time) => new Date(time).toISOString());

/** Every report there is: what is asked, as of when, and up to which fact. */
const allReports = fc.record({
  lives: pooledLives(instants),
  cut: fc.nat(),
  cuts: fc.array(fc.nat(), { maxLength: 3 }),
  asOf: fc.oneof(instants, fc.constant(NOW)),
  zone: fc.constantFrom(...ZONES),
  asked: fc
    .record({
      anchor: fc.constantFrom(...ANCHORS),
      grain: fc.constantFrom(...GRAINS),
      how: fc.constantFrom(
        ...([
          { mode: 'bounded' },
          { mode: 'unbounded' },
          { mode: 'bracket', brackets: '0,1-2,4-6' },
          { mode: 'status' },
          { mode: 'status', tieRule: 'gt' },
          { mode: 'status', windowDays: 45 },
          { mode: 'status', windowDays: 30, tieRule: 'gt' },
          { measure: 'revenue' },
          { mode: 'bracket', brackets: '0-2,3-5', measure: 'revenue' },
        ] as Partial<RetentionParameters>[]),
      ),
      windows: fc.constantFrom(
        ...([
          {},
          {},
          { window: 'elapsed', length: '7d' },
          { window: 'elapsed' },
        ] as Partial<RetentionParameters>[]),
      ),
    })
    .map(({ anchor, grain, how, windows }) =>
      Object.assign(new RetentionParameters(), { anchor, grain, ...how, ...windows }),
    ),
});

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
const replayed = (facts: readonly RecordedEvent[]) => {
  const third = Math.ceil(facts.length / 3);
  const thirds = [facts.slice(0, third), facts.slice(third, 2 * third), facts.slice(2 * third)];
  return spec.replay(thirds.filter((batch) => batch.length > 0));
};

/** Of one state of the tables, as reports read it. */
const inSnapshot = <Result>(read: (sql: Sql) => Promise<Result>) =>
  database.transaction('REPEATABLE READ', read);

/** The facts in parts, cut at some places. */
function partsOf(facts: readonly RecordedEvent[], cuts: readonly number[]): (readonly RecordedEvent[])[] {
  const places = [0, ...cuts.map((cut) => cut % (facts.length + 1)).sort((a, b) => a - b), facts.length];
  return places.slice(1).flatMap((to, n) => {
    const part = facts.slice(places[n], to);
    return part.length === 0 ? [] : [part];
  });
}

/** The report as the model has it. */
function expected(lives: ModelLife[], parameters: RetentionParameters, asOf: string, zone: string) {
  const { anchor, mode, grain, windowDays, tieRule, brackets, measure } = parameters;
  const model = retentionModel(lives, {
    ...{ anchor, mode, grain, asOf, zone, windowDays, tieRule },
    days: windowOfDays(parameters),
    brackets: brackets === undefined ? undefined : (bracketsOf(brackets) ?? []),
  });
  if (measure === 'clients') return model.map(({ money: _money, ...cohort }) => cohort);
  const currencies = [...new Set(model.flatMap(({ money }) => Object.keys(money)))].sort();
  return model.flatMap(({ cohort, size, before, cells, money }) =>
    currencies.map((currency) => ({
      ...{ cohort, size, before, currency },
      cells: cells.map(({ k, denominator }, n) => ({ k, numerator: money[currency]?.[n] ?? 0, denominator })),
    })),
  );
}

const seen = (cohorts: readonly (ClientCohort | RevenueCohort)[]) =>
  cohorts.map(({ cohort, size, servicesBeforeConversion, cells, ...rest }) => ({
    ...{ cohort, size, before: servicesBeforeConversion },
    ...('currency' in rest ? { currency: rest.currency } : {}),
    cells: cells.map(({ k, numerator, denominator }) => ({ k, numerator, denominator })),
  })) as (Omit<ModelCohort, 'money'> & { currency?: string })[];

const frameOf = (
  parameters: RetentionParameters,
  asOf: string,
  zone: string,
  knownAt: string | null,
): Frame => ({
  calendar: periodCalendar(zone, parameters.grain),
  bounds: {},
  asOf,
  knownAt,
});

/** Nothing is waited for here. */
const reportsAt = (now: string) =>
  new Reports(
    new ReadModels(database, null as unknown as PositionAwaiter),
    new SettableClock(now),
    BUSINESS,
    new LifeColumns(),
  );

test('a report is what the definitions give, in any mode, on any day, in any zone, and as known at any moment', async () => {
  await fc.assert(
    fc.asyncProperty(allReports, async ({ lives, cut, cuts, asOf, zone, asked }) => {
      const { facts, appends } = livedTogether(lives);
      const columns = new LifeColumns();
      await spec.replay([]);
      // The columns are kept up from one state to the next, wherever it stands between two facts.
      for (const part of partsOf(facts, cuts)) {
        await spec.deliver(part);
        await inSnapshot((sql) => columns.read(sql, () => Promise.resolve()));
      }
      // Within an append, what follows from a fact is not on record yet.
      const known = [...appends, facts.length][cut % (appends.length + 1)] as number;
      const frame = frameOf(asked, asOf, zone, facts[known]?.recordedAt ?? null);
      const figures = await inSnapshot((sql) => figuresFromFacts(sql, columns, questionOf(asked, frame)));
      const report = retentionOf(figures, asked, frame);
      expect(seen(report.cohorts)).toEqual(expected(livesIn(facts.slice(0, known)), asked, asOf, zone));
    }),
    { numRuns: 120 },
  );
}, 120_000);

test('whoever reads a state that others have left behind is answered from a later one', async () => {
  const at = '2024-01-01T00:00:00.000Z';
  const { facts } = livedTogether({ conversions: [at, at], steps: [] });
  await spec.replay([facts.slice(0, 1)]);
  const reports = reportsAt(CLOCK);
  const clients = async (sql: Sql) => {
    const asked = Object.assign(new RetentionParameters(), { tz: 'UTC' });
    const figures = await retentionFigures(sql, asked, frameOf(asked, NOW, 'UTC', null), reports);
    return { clients: figures.cohorts.reduce((sum, one) => sum + one.clients, 0) };
  };
  const said = () => ({ definition: '', params: {} });
  let asked = 0;
  const { result } = await reports.answer({}, undefined, said, async (sql) => {
    asked++;
    if (asked === 1) {
      await spec.deliver(facts.slice(1));
      expect(await inSnapshot(clients)).toEqual({ clients: 2 });
    }
    return clients(sql);
  });
  expect({ asked, clients: result.clients }).toEqual({ asked: 2, clients: 2 });
});

test('columns whose reading broke off are read anew by the next question', async () => {
  const at = '2024-01-01T00:00:00.000Z';
  const { facts } = livedTogether({ conversions: [at, at], steps: [] });
  await spec.replay([facts.slice(0, 1)]);
  const columns = new LifeColumns();
  const clients = () => inSnapshot((sql) => columns.read(sql, () => Promise.resolve(columns.clients)));
  expect(await clients()).toBe(1);
  await spec.deliver(facts.slice(1));
  const locking = database.createQueryRunner();
  await locking.startTransaction();
  // The last that is read: by then the others are in.
  await locking.query('LOCK TABLE fact_closure IN ACCESS EXCLUSIVE MODE');
  const broken = expect(clients()).rejects.toThrow('terminating connection');
  await waitUntil('the reading waits for the lock', async () => {
    const ended: object[] = await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tenure-columns' AND wait_event_type = 'Lock'`,
    );
    return ended.length > 0;
  });
  await broken;
  await locking.rollbackTransaction();
  await locking.release();
  const asked = Object.assign(new RetentionParameters(), { tz: 'UTC' });
  const question = questionOf(asked, frameOf(asked, NOW, 'UTC', null));
  const { cohorts } = await inSnapshot((sql) => figuresFromFacts(sql, columns, question));
  expect(cohorts.map((one) => one.clients)).toEqual([2]);
});

test('counters give what the facts give, now and as of a day gone by', async () => {
  await fc.assert(
    fc.asyncProperty(pooledLives(instants), instants, async (lives, someDay) => {
      const { facts } = livedTogether(lives);
      await replayed(facts);
      for (const anchor of ANCHORS)
        for (const how of [{ mode: 'bounded' }, { mode: 'status' }, { measure: 'revenue' }])
          for (const asOf of [undefined, someDay]) {
            const asked = Object.assign(new RetentionParameters(), { anchor, ...how, asOf });
            const frame = frameOf(asked, asOf ?? NOW, BUSINESS, null);
            const figures = await inSnapshot((sql) =>
              retentionFigures(sql, asked, frame, { zone: BUSINESS, columns: new LifeColumns() }),
            );
            expect(seen(retentionOf(figures, asked, frame).cohorts)).toEqual(
              expected(livesIn(facts), asked, asOf ?? NOW, BUSINESS),
            );
          }
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('every cell opens into the clients that it counts, a page at a time', async () => {
  /** Behind a figure, gathered from all pages. */
  const open = async (handler: GetCellClientsHandler, parameters: object) => {
    const found: LineageItem[] = [];
    let cursor: string | undefined;
    let total: number;
    do {
      const asked = Object.assign(new CellParameters(), { ...parameters, limit: 2, cursor });
      const { result } = await handler.execute(new GetCellClients(asked));
      found.push(...result.items);
      ({ total, nextCursor: cursor } = { nextCursor: undefined, ...result });
    } while (cursor !== undefined);
    expect(found).toHaveLength(total);
    return found;
  };
  await fc.assert(
    fc.asyncProperty(
      allReports.filter(({ asked }) => asked.measure === 'clients'),
      fc.nat(),
      async ({ lives, asOf, zone, asked }, which) => {
        const { facts } = livedTogether(lives);
        await replayed(facts);
        const reports = reportsAt(CLOCK);
        const handler = new GetCellClientsHandler(reports);
        const parameters = { ...asked, asOf, tz: zone };
        const report = await new GetRetentionHandler(reports).execute(
          new GetRetention(Object.assign(new RetentionParameters(), parameters)),
        );
        const cells = (report.result.cohorts as ClientCohort[]).flatMap(({ cohort, cells: all }) =>
          all.map((cell) => ({ cohort, ...cell })),
        );
        const byId = new Map(facts.map((fact) => [fact.id, fact]));
        // Of two cells, for time.
        for (const cell of [cells[which % cells.length], cells[(which >> 4) % cells.length]]) {
          if (cell === undefined) continue;
          const { cohort, k } = cell;
          const there = await open(handler, { ...parameters, cohort, k });
          expect(there).toHaveLength(cell.numerator);
          expect(await open(handler, { ...parameters, cohort, k, of: 'denominator' })).toHaveLength(
            cell.denominator,
          );
          for (const { clientId, eventIds } of there) {
            expect(eventIds.length).toBeGreaterThan(0);
            for (const id of eventIds) expect(clientIdOf(byId.get(id)?.stream ?? '')).toBe(clientId);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

test('a restatement names the cells that changed between two moments, and what of the record did it', async () => {
  await fc.assert(
    fc.asyncProperty(
      allReports.filter(({ asked }) => asked.measure === 'clients'),
      fc.nat(),
      async ({ lives, cut, asOf, zone, asked }, later) => {
        const { facts, appends } = livedTogether(lives);
        await replayed(facts);
        const reports = reportsAt(CLOCK);
        const first = cut % appends.length;
        const from = facts[appends[first] as number]?.recordedAt as string;
        const last = appends[first + 1 + (later % appends.length)];
        const to = last === undefined ? undefined : facts[last]?.recordedAt;
        const parameters = { ...asked, asOf, tz: zone };
        const cellsAt = async (knownAt: string | undefined) => {
          const query = new GetRetention(
            Object.assign(new RetentionParameters(), { ...parameters, knownAt }),
          );
          const { cohorts } = (await new GetRetentionHandler(reports).execute(query)).result;
          return (cohorts as ClientCohort[]).flatMap(({ cohort, cells }) =>
            cells.map(({ k, numerator, denominator }) =>
              JSON.stringify({ cohort, k, numerator, denominator }),
            ),
          );
        };
        const [before, after] = [await cellsAt(from), await cellsAt(to)];
        const changed = after.filter((cell) => !before.includes(cell));
        const asking = Object.assign(new RestatementParameters(), { ...parameters, from, to });
        const { rows } = (await new GetRestatementHandler(reports).execute(new GetRestatement(asking)))
          .result;
        const restated = rows
          .filter(({ after: { denominator } }) => denominator > 0)
          .map(({ cohort, k, after: { numerator, denominator } }) =>
            JSON.stringify({ cohort, k, numerator, denominator }),
          );
        expect(restated.sort()).toEqual(changed.sort());
        const meanwhile = new Set(
          facts
            .filter(({ recordedAt }) => recordedAt >= from && (to === undefined || recordedAt < to))
            .map(({ id }) => id),
        );
        for (const { events, eventsTotal } of rows) {
          expect(eventsTotal).toBeGreaterThan(0);
          expect(events.every(({ eventId }) => meanwhile.has(eventId))).toBe(true);
        }
      },
    ),
    { numRuns: 6, interruptAfterTimeLimit: 40_000 },
  );
}, 120_000);
