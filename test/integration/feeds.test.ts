import { buildOf } from '../../src/projecting/build.js';
import { takeLead } from '../../src/projecting/checkpoint.js';
import { Feed } from '../../src/projecting/feed.js';
import { Feeds } from '../../src/projecting/feeds.js';
import { ProjectionRunner } from '../../src/projecting/projection-runner.js';
import type { AnyProjection } from '../../src/projecting/projection.js';
import { jarCount } from '../support/jars/jar-count.projection.js';
import { codec, JarWorld } from '../support/jars/jar-world.js';
import { jars } from '../support/jars/jar.projection.js';
import { waitUntil } from '../support/wait-until.js';

let world: JarWorld;
beforeEach(async () => {
  world = await JarWorld.open();
});
afterEach(() => world.close());

async function runnerOf(projection: AnyProjection): Promise<ProjectionRunner> {
  const build = buildOf(projection);
  const tell = { moved: () => undefined, paused: () => undefined, leadLost: () => undefined };
  return new ProjectionRunner(build, world.pool, await takeLead(world.pool, build), tell);
}

describe('a projection that lags far behind', () => {
  it('catches up on a feed of its own, and then shares the one of the others', async () => {
    await world.engine({ projections: [jars, jarCount] }).prepare();
    const feeds = new Feeds(world.eventStore, codec, ['jar-']);
    const [ahead, behind] = [await runnerOf(jars), await runnerOf(jarCount)];
    const last = await world.fill(10);
    feeds.place([ahead]);
    await waitUntil('the first has caught up', () => feeds.hasCaughtUp(ahead));

    feeds.place([behind]);
    expect(feeds.count).toBe(2);
    await waitUntil('the second has, too', () => feeds.hasCaughtUp(behind));
    expect(behind.position).toBe(last);
    feeds.tend();
    expect(feeds.count).toBe(1);

    await world.reaches(await world.fill(1));
    const [after] = [await world.fill(1)];
    await waitUntil('both go on', () => ahead.position === after && behind.position === after);
    await feeds.closeAll();
    await Promise.all([ahead.stop(), behind.stop()]);
    await world.isExact();
  });
});

describe('a feed', () => {
  it('leaves no stream open: a hundred of them would stop the process', async () => {
    await world.fill(1);
    for (let time = 0; time < 120; time++) {
      const feed = new Feed(world.eventStore, codec, ['jar-'], null);
      feed.open();
      if (time % 2 === 0) await waitUntil('it is live', () => feed.live);
      await feed.close();
    }
    expect(await world.eventStore.tail()).not.toBeNull();
  });
});
