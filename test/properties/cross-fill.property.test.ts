import fc from 'fast-check';
import type { Pool } from 'pg';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { buildOf, physicalTable, tablesOf } from '../../src/projecting/build.js';
import { takeLead } from '../../src/projecting/checkpoint.js';
import { ProjectionRunner } from '../../src/projecting/projection-runner.js';
import type { JarEvent } from '../support/jars/jar.events.js';
import { shelvedJars } from '../support/jars/shelved-jars.projection.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { EventLog } from '../support/recorded-events.js';
import { preparedDatabase, type PreparedDatabase } from '../support/prepared-database.js';

const build = buildOf(shelvedJars);
const JARS = [1, 2, 3, 4, 5, 6, 7].map((n) => `jar-${n}b7c2a9e-0000-4000-8000-000000000000`);

let database: PreparedDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await preparedDatabase(shelvedJars);
  ({ pool } = database);
});
afterAll(() => database.drop());

const happening = fc.record({
  jar: fc.constantFrom(...JARS),
  kind: fc.constantFrom('placed', 'placed', 'filled', 'broken'),
  shelf: fc.constantFrom('low', 'high'),
  label: fc.constantFrom(undefined, 'jam', 'pickles', 'none'),
  count: fc.integer({ min: 1, max: 3 }),
});
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

function recorded(happenings: readonly Happening[]): RecordedEvent<JarEvent>[] {
  const log = new EventLog<JarEvent>();
  for (const { jar, kind, shelf, label, count } of happenings) {
    if (kind === 'placed') log.record(jar, 'JarPlaced', label === undefined ? { shelf } : { shelf, label });
    else if (kind === 'filled') log.record(jar, 'MarblesAdded', { colour: 'red', count });
    else log.record(jar, 'JarBroken', {});
  }
  return log.events;
}

/** What the tables must hold, counted without the engine. */
function expected(events: readonly RecordedEvent<JarEvent>[]): object {
  const stock = new Map<string, { shelf: string; marbles: number }>();
  const labels = new Map<string, string>();
  for (const { stream, event } of events) {
    const jar = stream.slice('jar-'.length);
    const there = stock.get(jar);
    if (event.type === 'JarPlaced') {
      const { shelf, label } = event.data;
      stock.set(jar, { shelf, marbles: there?.marbles ?? 0 });
      if (label === 'none') labels.delete(shelf);
      else if (label !== undefined) labels.set(shelf, label);
    } else if (event.type === 'JarBroken') stock.delete(jar);
    else if (there && event.type === 'MarblesAdded') there.marbles += event.data.count;
  }
  const rows = [...stock].flatMap(([jar, { shelf, marbles }]) => {
    const label = labels.get(shelf);
    return [
      { shelf: 'anywhere', jar, label: '', marbles },
      ...(label === undefined ? [] : [{ shelf, jar, label, marbles }]),
    ];
  });
  const shelved = rows.sort((a, b) => (a.shelf + a.jar < b.shelf + b.jar ? -1 : 1));
  const weights = ['anywhere', 'high', 'low'].flatMap((shelf) => {
    const on = shelved.filter((row) => row.shelf === shelf);
    const marbles = on.reduce((sum, row) => sum + row.marbles, 0);
    return on.length === 0 ? [] : [{ shelf, jars: on.length, marbles }];
  });
  return { shelved, weights };
}

async function tables(): Promise<object> {
  const [, , shelved, weights] = tablesOf(build).map((table) => physicalTable(build, table));
  return {
    shelved: (await pool.query(`SELECT * FROM ${shelved} ORDER BY shelf, jar`)).rows,
    weights: (await pool.query(`SELECT * FROM ${weights} ORDER BY shelf`)).rows,
  };
}

async function emptied(): Promise<void> {
  const all = tablesOf(build).map((table) => physicalTable(build, table));
  await pool.query(`TRUNCATE ${all.join(', ')}, projection.cross_fill`);
  await pool.query('UPDATE projection.checkpoint SET position = NULL, recorded_at = NULL');
}

/**
 * A process that leads: it is given some events, and is asked after every transaction whether it is to stop.
 * @param isOver is told whether all that it was given is written and filled
 */
async function leading(
  events: readonly RecordedEvent[],
  live: boolean,
  isOver: (isDone: boolean, runner: ProjectionRunner) => boolean,
): Promise<void> {
  const lead = await takeLead(pool, build);
  await new Promise<void>((resolve, reject) => {
    const runner: ProjectionRunner = new ProjectionRunner(build, pool, lead, {
      moved: () => {
        const { position } = runner.reached;
        const isDone = runner.isFilled && (position === null || runner.hasReached(position));
        if (isOver(isDone, runner)) void runner.stop().then(resolve);
      },
      paused: () => reject(new Error('it paused')),
      leadLost: () => reject(new Error('it lost the lead')),
    });
    runner.live = live;
    for (const event of events) runner.offer(event);
    runner.wake();
    if (!live) setTimeout(() => void runner.stop().then(resolve), 300);
  });
}

/** It stops after so many transactions, wherever that is. */
function spell(events: readonly RecordedEvent[], live: boolean, stopAfter: number): Promise<void> {
  let moves = 0;
  return leading(events, live, (isDone) => ++moves >= stopAfter || isDone);
}

/** It is live, and given one more of the others after every transaction. */
function trickle(events: readonly RecordedEvent[], others: readonly RecordedEvent[]): Promise<void> {
  const left = [...others];
  return leading(events, true, (isDone, runner) => {
    const next = left.shift();
    if (next) runner.offer(next);
    return isDone && !next;
  });
}

it('however events, fills and ends of processes come about, the tables are what the log says', async () => {
  const spells = fc.array(
    fc.record({
      at: fc.nat(30),
      live: fc.constantFrom(true, true, true, false),
      moves: fc.integer({ min: 2, max: 5 }),
    }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 1, maxLength: 30 }).map(recorded),
      spells,
      async (events, places) => {
        await emptied();
        const sorted = [...places].sort((a, b) => a.at - b.at);
        for (const { at, live, moves } of sorted) await spell(events.slice(0, at), live, moves);
        await spell(events, true, Infinity);
        expect(await tables()).toEqual(expected(events));
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

it('what was read ahead of a fill is not what counts once an event has changed it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 8, maxLength: 30 }).map(recorded),
      fc.nat(20),
      async (events, atOnce) => {
        await emptied();
        await trickle(events.slice(0, atOnce + 1), events.slice(atOnce + 1));
        expect(await tables()).toEqual(expected(events));
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

it('a cross is projected as every other shape, in whatever batches its events come', async () => {
  const spec = await ProjectionSpec.open(shelvedJars);
  const [one, other, third] = JARS as [string, string, string];
  const log = new EventLog<JarEvent>();
  log.record(one, 'JarPlaced', { shelf: 'low' });
  log.record(other, 'JarPlaced', { shelf: 'low', label: 'jam' });
  log.record(one, 'MarblesAdded', { colour: 'red', count: 2 });
  log.record(third, 'JarPlaced', { shelf: 'high', label: 'pickles' });
  log.record(other, 'JarBroken', {});
  log.record(one, 'JarPlaced', { shelf: 'high', label: 'fruit' });
  await spec.given(log.events).gives({
    shelf_weight: [
      { shelf: 'anywhere', jars: 2, marbles: 2 },
      { shelf: 'high', jars: 2, marbles: 2 },
    ],
  });
  await spec.close();
});

it('a chunk whose answer was lost is not written again', async () => {
  const events = recorded(JARS.map((jar) => ({ jar, kind: 'placed', shelf: 'low', label: 'jam', count: 1 })));
  const all = tablesOf(build).map((table) => physicalTable(build, table));
  await pool.query(`TRUNCATE ${all.join(', ')}, projection.cross_fill`);
  await pool.query('UPDATE projection.checkpoint SET position = NULL, recorded_at = NULL');
  await spell(events, true, 3);
  // As if another, or we ourselves, had taken a step that we do not know of.
  const lead = await takeLead(pool, build);
  const ended = await new Promise<string>((resolve) => {
    const runner: ProjectionRunner = new ProjectionRunner(build, pool, lead, {
      moved: () => {
        if (runner.isFilled) resolve('filled');
        void pool.query('UPDATE projection.cross_fill SET steps = steps + 1');
      },
      paused: () => resolve('paused'),
      leadLost: () => resolve('lead lost'),
    });
    runner.live = true;
    runner.wake();
  });
  expect(ended).toBe('lead lost');
});
