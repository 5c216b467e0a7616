import type { Build } from '../../src/projecting/build.js';
import { ProjectionOperations } from '../../src/projecting/projection-operations.js';
import type { AnyProjection } from '../../src/projecting/projection.js';
import { JarWorld, codec } from '../support/jars/jar-world.js';
import { jars } from '../support/jars/jar.projection.js';
import { jarCount } from '../support/jars/jar-count.projection.js';
import { waitUntil } from '../support/wait-until.js';

let world: JarWorld;
let operations: ProjectionOperations;
beforeEach(async () => {
  world = await JarWorld.open();
  operations = new ProjectionOperations(() => [jars, jarCount], world.eventStore, codec, world.databaseUrl);
});
afterEach(async () => {
  await operations.close();
  await world.close();
});

const builds = async (name: string): Promise<string[]> =>
  (
    await world.query<{ build: string }>(
      'SELECT build FROM projection.checkpoint WHERE name = $1 ORDER BY build',
      [name],
    )
  ).map(({ build }) => build);
const tables = async (): Promise<string[]> =>
  (
    await world.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'projection' AND tablename LIKE 'jar%' ORDER BY 1`,
    )
  ).map(({ tablename }) => tablename);
const serves = ({ name, label }: Build) =>
  waitUntil(`${name} ${label} serves`, async () => {
    const rows = await world.query<{ build: string }>(
      'SELECT build FROM projection.checkpoint WHERE name = $1 AND serving',
      [name],
    );
    return rows[0]?.build === label;
  });

describe('a rebuild', () => {
  it('fills tables beside those that serve, takes their place, and leaves nothing behind', async () => {
    await world.started();
    await world.reaches(await world.fill(6));
    const before = await tables();
    await world.query(`UPDATE projection.jar_v1 SET shelf = 'nowhere'`);
    const build = await operations.rebuild('jars');
    expect(build.label).toBe('v1_g2');
    await serves(build);
    expect(await world.query('SELECT DISTINCT shelf FROM jar')).toEqual([{ shelf: 'low' }]);
    expect(await world.held()).toMatchObject(world.counted);
    await waitUntil('the old tables are gone', async () => (await builds('jars')).join() === 'v1_g2');
    expect(await tables()).toEqual(before.map((name) => `${name}_g2`));
    await world.reaches(await world.fill(2));
    expect(await world.held()).toMatchObject(world.counted);
  });

  it('asked for twice is one', async () => {
    await world.started();
    await world.reaches(await world.fill(1));
    const engines = await Promise.all([operations.rebuild('jars'), operations.rebuild('jars')]);
    expect(new Set(engines.map(({ label }) => label)).size).toBe(1);
    await serves(engines[0]);
  });

  it('broken off goes on where it was', async () => {
    const first = await world.started();
    await world.reaches(await world.fill(20));
    const broken = await world.append('jar-6f1c2d2e-1111-4222-8333-444455556666', [
      { type: 'JarPlaced', data: { shelf: 'low' } },
    ]);
    world.counted.jars++;
    world.counted.events++;
    await world.reaches(await world.fill(20));
    await first.stop();
    const build = await operations.rebuild('jars');
    const standing = async () => {
      const [row] = await world.query<{ state: string; position: bigint }>(
        'SELECT state, position FROM projection.checkpoint WHERE build = $1',
        [build.label],
      );
      return row;
    };
    const half = await world.started({ projections: [failingAt(broken)] });
    await waitUntil('it stands half way', async () => (await standing())?.state === 'paused');
    expect((await standing())?.position).toBeLessThan(broken);
    await half.stop();
    await world.started();
    await serves(build);
    expect(await world.held()).toMatchObject(world.counted);
  });

  it('takes over while queries and commands go on', async () => {
    await world.started();
    await world.reaches(await world.fill(10));
    const build = await operations.rebuild('jars');
    let failed = 0;
    let serving = false;
    const asking = (async () => {
      while (!serving) {
        await world.query('SELECT count(*) FROM jar').catch(() => failed++);
        await world.fill(1);
      }
    })();
    await serves(build);
    serving = true;
    await asking;
    expect(failed).toBe(0);
    await world.reaches(await world.fill(1));
    expect(await world.held()).toMatchObject(world.counted);
  });

  it('of an unknown projection names the one that was meant', async () => {
    await expect(operations.rebuild('jar')).rejects.toThrow('there is no projection jar; did you mean jars?');
  });
});

describe('verifying', () => {
  it('proves that live equals rebuilt, and leaves no trace', async () => {
    await world.started({ projections: [jars, jarCount] });
    const last = await world.fill(20);
    await world.reaches(last);
    const { position, difference, rows } = await operations.verify('jars', {});
    expect({ difference, enough: rows >= 20, position: (position ?? 0n) >= last }).toEqual({
      difference: null,
      enough: true,
      position: true,
    });
    expect(await builds('jars')).toEqual(['v1']);
    expect((await tables()).filter((name) => name.includes('check'))).toEqual([]);
  });

  it('names the first row that is not what the log says, on either side', async () => {
    await world.started();
    await world.reaches(await world.fill(5));
    const [{ jar }] = (await world.query<{ jar: string }>('SELECT jar FROM jar ORDER BY jar')) as [
      { jar: string },
    ];
    await world.query(`UPDATE projection.jar_v1 SET shelf = 'nowhere' WHERE jar = $1`, [jar]);
    expect((await operations.verify('jars', {})).difference).toMatchObject({
      table: 'jar',
      key: { jar },
      live: { shelf: 'nowhere' },
      rebuilt: { shelf: 'low' },
    });
    await world.query('DELETE FROM projection.jar_v1 WHERE jar = $1', [jar]);
    expect((await operations.verify('jars', {})).difference).toMatchObject({
      key: { jar },
      live: null,
      rebuilt: { shelf: 'low' },
    });
  });

  it('holds up while facts keep coming', async () => {
    await world.started();
    await world.reaches(await world.fill(30));
    const [{ difference }] = await Promise.all([operations.verify('jars', {}), world.fill(30)]);
    expect(difference).toBeNull();
  });
});

describe('a pause', () => {
  it('ends by parking the event: it is passed over, on record, and the rest goes on', async () => {
    const broken = await world.append('jar-6f1c2d2e-1111-4222-8333-444455556666', [
      { type: 'JarPlaced', data: { shelf: 'low' } },
    ]);
    await world.started({ projections: [failingAt(broken)] });
    const state = async () =>
      (await world.query<{ state: string }>(`SELECT state FROM projection.checkpoint WHERE name = 'jars'`))[0]
        ?.state;
    await waitUntil('it is paused', async () => (await state()) === 'paused');
    expect(await operations.park('jars', 'an operator')).toMatchObject({ position: String(broken) });
    await world.reaches(await world.fill(3));
    expect(await world.query('SELECT position, parked_by FROM projection.parked_event')).toEqual([
      { position: broken, parked_by: 'an operator' },
    ]);
    await expect(operations.park('jars', 'an operator')).rejects.toThrow('not paused');
    await expect(operations.resume('jars')).rejects.toThrow('not paused');
  });
});

describe('pruning', () => {
  it('drops what serves no more, and nothing that does or is about to', async () => {
    const old = await world.started({ projections: [jarCount] });
    await world.reaches(await world.fill(2), 'jar-count');
    await old.stop();
    const newer: AnyProjection = { ...jarCount, version: 2 };
    const engine = await world.started({ projections: [newer] });
    await waitUntil('the new version serves', async () => {
      const [row] = await world.query<{ build: string }>(
        'SELECT build FROM projection.checkpoint WHERE serving',
      );
      return row?.build === 'v2';
    });
    await engine.stop();
    const later = new ProjectionOperations(() => [newer], world.eventStore, codec, world.databaseUrl);
    expect(await later.prune()).toEqual([{ name: 'jar-count', build: 'v1' }]);
    expect(await later.prune()).toEqual([]);
    expect(await tables()).toEqual(['jar_count_v2']);
    await later.close();
  });
});

/** The same projection, but for an event that it cannot handle. */
function failingAt(position: bigint): AnyProjection {
  const [fold, ...rest] = jars.tables as unknown as [
    { evolve: Record<string, (row: unknown, event: { position: bigint }) => unknown> },
    ...unknown[],
  ];
  const evolve = {
    ...fold.evolve,
    JarPlaced: (row: unknown, event: { position: bigint }) => {
      if (event.position === position) throw new Error('this jar slips');
      return fold.evolve.JarPlaced?.(row, event);
    },
  };
  return { ...jars, tables: [{ ...fold, evolve }, ...rest] } as AnyProjection;
}
