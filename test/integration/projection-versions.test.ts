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

const serving = async (): Promise<string[]> =>
  (await world.query<{ build: string }>('SELECT build FROM projection.checkpoint WHERE serving')).map(
    ({ build }) => build,
  );
const serves = (build: string) =>
  waitUntil(`${build} serves`, async () => (await serving()).join() === build);

type Counted = { name: string; jars: number; twice: number };
const counting =
  (by: number) =>
  (row: Readonly<Counted> | null): Counted => {
    const jars = (row?.jars ?? 0) + by;
    return { name: 'all', jars, twice: 2 * jars };
  };

/** The count of jars, with a column more. */
const second: AnyProjection = {
  ...jarCount,
  version: 2,
  tables: [
    {
      shape: 'fold',
      table: {
        name: 'jar_count',
        columns: { name: 'text', jars: 'integer', twice: 'integer' },
        key: ['name'],
      },
      key: () => 'all',
      evolve: { JarPlaced: counting(1), JarBroken: counting(-1) },
    },
  ],
};

describe('a first version', () => {
  it('can be queried before it has seen anything', async () => {
    const engine = world.engine({ projections: [jarCount] });
    await engine.prepare();
    expect(await world.query('SELECT name, jars FROM jar_count')).toEqual([]);
    expect(await serving()).toEqual(['v1']);
  });
});

describe('a new version', () => {
  it('is built beside the old one, which serves until the new one has caught up', async () => {
    const old = await world.started({ projections: [jarCount] });
    await world.reaches(await world.fill(4), 'jar-count');
    await old.stop();

    const engine = world.engine({ projections: [second] });
    await engine.prepare();
    const session = await world.pool.connect();
    await session.query('BEGIN; LOCK TABLE projection.jar_count_v2 IN ACCESS EXCLUSIVE MODE');
    await engine.start();
    const waits = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'projection.jar_count_v2'::regclass`;
    await waitUntil('the new version is being built', async () => (await world.query(waits)).length === 1);
    expect(await serving()).toEqual(['v1']);
    expect(await world.query('SELECT * FROM jar_count')).toEqual([{ name: 'all', jars: 4 }]);
    await session.query('COMMIT');
    session.release();

    await serves('v2');
    expect(await world.query('SELECT * FROM jar_count')).toEqual([{ name: 'all', jars: 4, twice: 8 }]);
  });

  it('takes over from an old one that another process still keeps', async () => {
    await world.started({ projections: [jarCount] });
    await world.reaches(await world.fill(4), 'jar-count');
    await world.started({ projections: [second] });
    await serves('v2');
    const last = await world.fill(1);
    await world.reaches(last, 'jar-count');
    const builds = 'SELECT build FROM projection.checkpoint WHERE position = $1 ORDER BY build';
    await waitUntil('both go on', async () => (await world.query(builds, [last])).length === 2);
    expect(await serving()).toEqual(['v2']);
  });

  it('that is taken back gives way when nobody keeps it any more', async () => {
    const newer = await world.started({ projections: [second] });
    await world.reaches(await world.fill(4), 'jar-count');
    await world.started({ projections: [jarCount] });
    const caughtUp = `SELECT FROM projection.checkpoint WHERE build = 'v1' AND position IS NOT NULL`;
    await waitUntil('the older one has caught up', async () => (await world.query(caughtUp)).length === 1);
    expect(await serving()).toEqual(['v2']);
    await newer.stop();
    await serves('v1');
    expect(await world.query('SELECT * FROM jar_count')).toEqual([{ name: 'all', jars: 4 }]);
  });

  it('serves also where there are no events at all', async () => {
    await (await world.started({ projections: [jarCount] })).stop();
    await world.started({ projections: [second] });
    await serves('v2');
  });
});

describe('other parameters', () => {
  it('have tables of their own, which are built and then serve', async () => {
    const inZone = (zone: string): AnyProjection => ({ ...jarCount, parameters: { zone } });
    const first = await world.started({ projections: [inZone('UTC')] });
    await world.reaches(await world.fill(2), 'jar-count');
    const [utc] = await serving();
    await first.stop();
    await world.started({ projections: [inZone('America/Toronto')] });
    await waitUntil('the other serves', async () => (await serving())[0] !== utc);
    expect(utc).toMatch(/^v1_[0-9a-f]{6}$/);
    expect(await world.query('SELECT * FROM jar_count')).toEqual([{ name: 'all', jars: 2 }]);
  });
});

describe('a declaration', () => {
  it('that changes without a new version is refused', async () => {
    await (await world.started({ projections: [jarCount] })).stop();
    const changed = { ...second, version: 1 };
    await expect(world.engine({ projections: [changed] }).start()).rejects.toThrow(
      'raise its version above 1',
    );
  });

  it('may gain an index without one', async () => {
    await world.engine().prepare();
    const [fold, ...rest] = jars.tables;
    const indexed = {
      ...fold,
      table: { ...(fold?.table as object), indexes: [['shelf'], ['worth', 'shelf']] },
    };
    await world.engine({ projections: [{ ...jars, tables: [indexed, ...rest] } as AnyProjection] }).prepare();
    expect(
      await world.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'jar_v1' ORDER BY indexname`),
    ).toEqual([
      { indexname: 'jar_v1_by_shelf' },
      { indexname: 'jar_v1_by_worth_shelf' },
      { indexname: 'jar_v1_pkey' },
    ]);
  });
});
