import { randomUUID } from 'node:crypto';
import { jsonEvent } from '@eventstore/db-client';
import { JarWorld } from '../support/jars/jar-world.js';
import { jars } from '../support/jars/jar.projection.js';
import { jarCount } from '../support/jars/jar-count.projection.js';
import { waitUntil } from '../support/wait-until.js';
import type { AnyProjection } from '../../src/projecting/projection.js';

let world: JarWorld;
beforeEach(async () => {
  world = await JarWorld.open();
});
afterEach(() => world.close());

const both: AnyProjection[] = [jars, jarCount];

interface Standing {
  state: string;
  position: bigint | null;
  failure: Record<string, unknown> | null;
}
async function standing(name: string): Promise<Standing> {
  const [row] = await world.query<Standing & { [column: string]: unknown }>(
    'SELECT state, position, failure FROM projection.checkpoint WHERE name = $1',
    [name],
  );
  if (!row) throw new Error(`${name} has no checkpoint`);
  return row;
}
const pauses = (name: string) =>
  waitUntil(`${name} is paused`, async () => (await standing(name)).state === 'paused');

/** A jar from which more is taken than is in it, which the fold of the jars refuses. */
async function poison(): Promise<{ position: bigint; stream: string }> {
  const stream = `jar-${randomUUID()}`;
  const position = await world.append(stream, [
    { type: 'JarPlaced', data: { shelf: 'low' } },
    { type: 'MarblesTaken', data: { colour: 'red', count: 1 } },
  ]);
  return { position, stream };
}

describe('an event that a handler fails at', () => {
  it('pauses its projection before it, with what and where on record, and the others go on', async () => {
    await world.started({ projections: both });
    await world.fill(3);
    const { position, stream } = await poison();
    const after = await world.fill(2);
    await pauses('jars');
    await world.reaches(after, 'jar-count');

    const { position: reached, failure } = await standing('jars');
    expect(reached).toBeLessThan(position);
    expect(failure).toMatchObject({
      type: 'MarblesTaken',
      stream,
      revision: 1,
      position: String(position),
      message: 'there are not 1 red marbles in it',
      stack: expect.stringContaining('jar.projection') as unknown,
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
    // All before it is there: the three jars, and the one it was taken from.
    expect(await world.held()).toMatchObject({ jars: 4, events: 13 });
    expect(await world.query('SELECT jars FROM jar_count')).toEqual([{ jars: 6 }]);
  });

  it('is found in the middle of a long catch-up', async () => {
    await world.fill(300);
    const { position } = await poison();
    await world.fill(300);
    await world.started({ projections: both });
    await pauses('jars');
    expect((await standing('jars')).failure).toMatchObject({ position: String(position) });
    expect(await world.held()).toMatchObject({ jars: 301, events: 1_201 });
  });

  it('is passed by a process whose handler is a corrected one', async () => {
    const first = await world.started();
    await poison();
    await pauses('jars');
    await first.stop();
    const last = await world.fill(2);
    const [fold, ...rest] = jars.tables;
    if (fold?.shape !== 'fold') throw new Error('the first table of the jars is a fold');
    const corrected = { ...fold, evolve: { ...fold.evolve, MarblesTaken: (row: object | null) => row } };
    await world.started({ projections: [{ ...jars, tables: [corrected, ...rest] } as AnyProjection] });
    await world.reaches(last);
    expect(await standing('jars')).toMatchObject({ state: 'running', failure: null });
    expect(await world.held()).toMatchObject({ jars: 3 });
  });

  it('is tried again by the process that paused there when somebody sets it running', async () => {
    let refuse = true;
    const [fold, ...rest] = jars.tables;
    if (fold?.shape !== 'fold') throw new Error('the first table of the jars is a fold');
    const JarPlaced = (...args: Parameters<typeof fold.evolve.JarPlaced>): unknown => {
      if (refuse) throw new Error('not now');
      return fold.evolve.JarPlaced(...args);
    };
    await world.started({
      projections: [
        { ...jars, tables: [{ ...fold, evolve: { ...fold.evolve, JarPlaced } }, ...rest] } as AnyProjection,
      ],
    });
    const last = await world.fill(1);
    await pauses('jars');
    refuse = false;
    await world.query(`UPDATE projection.checkpoint SET state = 'running'`);
    await world.reaches(last);
    await world.isExact();
  });
});

describe('a row that PostgreSQL refuses', () => {
  it('pauses its projection at the event that gave it', async () => {
    await world.started({ projections: both });
    await world.fill(2);
    const position = await world.append(`jar-${randomUUID()}`, [
      { type: 'JarPlaced', data: { shelf: 'high', label: 'no \0 in text' } },
    ]);
    const after = await world.fill(1);
    await pauses('jars');
    await world.reaches(after, 'jar-count');
    expect((await standing('jars')).failure).toMatchObject({ position: String(position) });
  });
});

describe('a batch that was applied in part', () => {
  it('goes on after that part', async () => {
    const stream = `jar-${randomUUID()}`;
    const placed = { type: 'JarPlaced', data: { shelf: 'low' } } as const;
    const added = { type: 'MarblesAdded', data: { colour: 'red', count: 1 } } as const;
    const last = await world.append(stream, [placed, placed, added, added]);
    const [fold, , colours] = jars.tables;
    if (fold?.shape !== 'fold' || !colours) throw new Error('the jars are a fold, a log and their colours');
    const { evolve } = fold;
    // Not to be applied twice, and no log to notice if it were.
    const JarPlaced = (...args: Parameters<typeof evolve.JarPlaced>): unknown => ({
      ...(evolve.JarPlaced(...args) as object),
      worth: ((args[0] as { worth: bigint } | null)?.worth ?? 0n) + 1n,
    });
    let refusals = 1;
    const MarblesAdded = (...args: Parameters<typeof evolve.MarblesAdded>): unknown => {
      if (refusals-- > 0) throw new Error('not yet');
      return evolve.MarblesAdded(...args);
    };
    const tables = [{ ...fold, evolve: { ...evolve, JarPlaced, MarblesAdded } }, colours];
    const engine = world.engine({ projections: [{ ...jars, tables } as AnyProjection] });
    await engine.prepare();
    // The first half touches no colours; the second half waits here, and is broken off.
    const session = await world.pool.connect();
    await session.query('BEGIN; LOCK TABLE jar_colour IN ACCESS EXCLUSIVE MODE');
    await engine.start();
    const waits = `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'projection.jar_colour_v1'::regclass`;
    const waiting = await waitUntil('the second half waits', async () => {
      const [row] = await world.query<{ pid: number }>(waits);
      return row?.pid;
    });
    await world.query('SELECT pg_terminate_backend($1)', [waiting]);
    await session.query('COMMIT');
    session.release();
    await world.reaches(last);
    expect(await world.query('SELECT worth FROM jar')).toEqual([{ worth: 2n + 2n * 3n }]);
  });
});

describe('an event that cannot be read', () => {
  const odd = (type: string, metadata: object) =>
    jsonEvent({ id: randomUUID(), type, data: {}, metadata: { ...metadata } });

  it('of an unknown type pauses who follows its stream, and nobody else', async () => {
    await world.started({ projections: [jars, { ...jarCount, streams: ['box-'] }] });
    await world.eventStore.append('jar-1', [odd('JarPolished', { schemaVersion: 1 })], -1);
    const after = await world.append(`box-1`, [{ type: 'JarBroken', data: {} }]);
    await pauses('jars');
    await world.reaches(after, 'jar-count');
    expect((await standing('jars')).failure).toMatchObject({
      type: 'JarPolished',
      message: expect.stringContaining('unknown to this version') as unknown,
    });
  });

  it('of a known type in a newer shape pauses who handles it, and nobody else', async () => {
    await world.started({ projections: both });
    await world.eventStore.append('jar-1', [odd('MarblesAdded', { schemaVersion: 2 })], -1);
    const after = await world.fill(1);
    await pauses('jars');
    // The count has no handler for marbles.
    await world.reaches(after, 'jar-count');
  });
});

describe('a projection that cannot write', () => {
  it('holds up no other one for long', async () => {
    await world.started({ projections: both });
    const session = await world.pool.connect();
    await session.query('BEGIN; LOCK TABLE jar IN ACCESS EXCLUSIVE MODE');
    // More than may wait, so that the feed they share is held.
    let last = 0n;
    for (let round = 0; round < 30; round++) last = await world.fill(20, 19);
    await world.reaches(last, 'jar-count');
    await session.query('COMMIT');
    session.release();
    await world.reaches(last);
    await world.isExact();
  });
});
