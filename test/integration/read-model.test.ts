import { DataSource } from 'typeorm';
import { JarWorld } from '../support/jars/jar-world.js';
import { jars } from '../support/jars/jar.projection.js';
import { jarCount } from '../support/jars/jar-count.projection.js';
import { waitUntil } from '../support/wait-until.js';
import { PositionAwaiter, ReadModelBehind } from '../../src/projecting/await-position.js';
import { lagOf } from '../../src/projecting/lag.js';
import { projectionStatus } from '../../src/projecting/projection-status.js';
import { snapshot } from '../../src/projecting/read-model.js';
import { serve } from '../../src/projecting/serving.js';
import { buildOf } from '../../src/projecting/build.js';

let world: JarWorld;
let dataSource: DataSource;
beforeEach(async () => {
  world = await JarWorld.open();
  dataSource = await new DataSource({ type: 'postgres', url: world.databaseUrl }).initialize();
});
afterEach(async () => {
  await dataSource.destroy();
  await world.close();
});

describe('a snapshot', () => {
  it('is empty, at no position, before the first event', async () => {
    await world.engine().prepare();
    const run = () => Promise.resolve('asked');
    expect(await snapshot(dataSource, 'jars', run)).toEqual({ position: null, asAt: null, result: 'asked' });
  });

  it('says what position and time it is true at, and sees nothing of what comes later', async () => {
    await world.started();
    const before = await world.fill(2);
    await world.reaches(before);
    const count = 'SELECT count(*)::int AS n FROM jar';
    const taken = await snapshot(dataSource, 'jars', async (manager) => {
      const first: unknown = await manager.query(count);
      await world.reaches(await world.fill(3));
      return [first, await manager.query(count)];
    });
    const [recorded] = await world.query<{ at: string }>(
      'SELECT recorded_at AS at FROM projection.checkpoint',
    );
    expect(taken).toMatchObject({ position: before, result: [[{ n: 2 }], [{ n: 2 }]] });
    expect(taken.asAt).toMatch(/Z$/);
    expect(Date.parse(taken.asAt ?? '')).toBeLessThanOrEqual(Date.parse(recorded?.at ?? ''));
  });

  it('over several projections is true at the position of the one furthest behind', async () => {
    await world.started();
    const at = await world.fill(1);
    await world.reaches(at);
    await world.engine({ projections: [jarCount] }).prepare();
    const both = await snapshot(dataSource, ['jars', 'jar-count'], () => Promise.resolve(0));
    expect(both.position).toBeNull();
  });

  it('can write nothing', async () => {
    await world.engine().prepare();
    const write = snapshot(dataSource, 'jars', (manager) =>
      manager.query('DELETE FROM projection.checkpoint'),
    );
    await expect(write).rejects.toThrow('read-only transaction');
  });

  it('keeps to the version that it began with', async () => {
    const one = await world.started({ projections: [jarCount] });
    await world.reaches(await world.fill(2), 'jar-count');
    await one.stop();
    const second = { ...jarCount, version: 2 };
    await world.engine({ projections: [second] }).prepare();
    let switched: Promise<boolean> = Promise.resolve(false);
    const read = await snapshot(dataSource, 'jar-count', async (manager) => {
      switched = serve(world.pool, buildOf(second));
      const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DROP VIEW%'
                      AND datname = current_database()`;
      await waitUntil('the switch waits', async () => (await world.query(waits)).length === 1);
      return manager.query<unknown>('SELECT jars FROM jar_count');
    });
    expect(read.result).toEqual([{ jars: 2 }]);
    expect(await switched).toBe(true);
    expect(await dataSource.query('SELECT jars FROM jar_count')).toEqual([]);
  });
});

describe('to read one’s writes', () => {
  it('a query waits until its read model has come to their position', async () => {
    const awaiter = new PositionAwaiter(dataSource);
    await world.started({ moved: (name) => awaiter.moved(name) });
    for (let round = 0; round < 5; round++) {
      const position = await world.fill(1);
      await awaiter.waitUntil('jars', position, 10_000);
      await world.isExact();
    }
  });

  it('it also learns what another process has projected', async () => {
    const awaiter = new PositionAwaiter(dataSource);
    await world.started();
    const positions = [await world.fill(1), await world.fill(1)];
    await Promise.all(positions.map((position) => awaiter.waitUntil('jars', position, 10_000)));
    await world.isExact();
  });

  it('it is told when the bound has passed, and where the read model stands', async () => {
    const awaiter = new PositionAwaiter(dataSource);
    const engine = await world.started();
    const reached = await world.fill(1);
    await world.reaches(reached);
    await engine.stop();
    const position = await world.fill(1);
    const behind = await awaiter.waitUntil('jars', position, 100).catch((error: unknown) => error);
    expect(behind).toBeInstanceOf(ReadModelBehind);
    expect(behind).toMatchObject({ projection: 'jars', position, reached });
  });

  it('it is not refused, with no time to wait, what is there already', async () => {
    const awaiter = new PositionAwaiter(dataSource);
    await world.started();
    const position = await world.fill(1);
    await world.reaches(position);
    await expect(awaiter.waitUntil('jars', position, 0)).resolves.toBeUndefined();
    await expect(awaiter.waitUntil('jars', position + 1n, 0)).rejects.toThrow(ReadModelBehind);
  });
});

describe('status', () => {
  it('measures lag by the events still to be applied, whatever else the log holds', async () => {
    const engine = await world.started();
    const position = await world.fill(2);
    await world.reaches(position);
    await world.append('box-1', [{ type: 'JarBroken', data: {} }]);
    const lag = async () => (await projectionStatus(dataSource, world.eventStore, [jars]))[0]?.lag;
    expect(await lag()).toEqual({ events: 0, orMore: false, since: null });
    await engine.stop();
    await world.fill(2);
    expect(await lag()).toEqual({ events: 8, orMore: false, since: expect.stringMatching(/Z$/) as unknown });
    expect(await projectionStatus(dataSource, world.eventStore, [jars])).toMatchObject([
      { name: 'jars', version: 1, serving: true, state: 'running', position, failure: null },
    ]);
  });

  it('breaks off counting', async () => {
    for (let round = 0; round < 6; round++) await world.fill(20, 9);
    expect(await lagOf(world.eventStore, ['jar-'], null)).toMatchObject({ events: 1_000, orMore: true });
    expect(await lagOf(world.eventStore, ['cup-'], null)).toMatchObject({ events: 0, orMore: false });
  });

  it('shows a failure, without its stack', async () => {
    await world.started();
    await world.append('jar-x', [{ type: 'JarPlaced', data: { shelf: 'low' } }]);
    const status = async () => (await projectionStatus(dataSource, world.eventStore, [jars]))[0];
    await waitUntil('it has paused', async () => (await status())?.state === 'paused');
    const { failure } = (await status()) ?? {};
    expect(failure).toMatchObject({ stream: 'jar-x', message: expect.stringContaining('uuid') as unknown });
    expect(failure).not.toHaveProperty('stack');
  });
});
