import { randomUUID } from 'node:crypto';
import { JarWorld } from '../support/jars/jar-world.js';
import { tcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { startEventStoreNode } from '../../src/embedded/event-store-node/event-store-node.js';
import { freshDatabase } from '../support/servers.js';

let world: JarWorld;
beforeEach(async () => {
  world = await JarWorld.open();
});
afterEach(() => world.close());

const leaders = async (): Promise<number[]> =>
  (
    await world.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND application_name = 'tenure-leadership'
          AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
  ).map(({ pid }) => pid);

describe('an engine', () => {
  it('projects what is in the log, and then what is appended', async () => {
    const last = await world.fill(20);
    await world.started();
    await world.reaches(last);
    await world.isExact();
    await world.reaches(await world.fill(5));
    await world.isExact();
  });

  it('goes on after a restart from where it stood', async () => {
    const first = await world.started();
    await world.reaches(await world.fill(5));
    await first.stop();
    const last = await world.fill(5);
    await world.started();
    await world.reaches(last);
    await world.isExact();
  });

  it('passes over events that concern it not, so that nobody waits for them in vain', async () => {
    await world.started({ alsoPass: ['box-'] });
    await world.reaches(await world.append('box-1', [{ type: 'JarBroken', data: {} }]));
    await world.isExact();
  });

  it('lets go of its streams and connections when it stops', async () => {
    await world.fill(1);
    for (let time = 0; time < 3; time++) {
      const engine = await world.started();
      await waitUntil('it leads', async () => (await leaders()).length === 1);
      await engine.stop();
    }
    expect(await leaders()).toEqual([]);
    const mine = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'tenure-%' AND pid <> pg_backend_pid()`;
    await waitUntil(
      'its connections are gone',
      async () => (await world.query(mine)).length <= world.pool.totalCount - 1,
    );
  });
});

describe('of two engines', () => {
  it('one leads, and every event is applied once', async () => {
    await Promise.all([world.started(), world.started()]);
    for (let round = 0; round < 5; round++) await world.reaches(await world.fill(5));
    await world.isExact();
    expect(await leaders()).toHaveLength(1);
  });

  it('the other takes over when the leader stops', async () => {
    const first = await world.started();
    await world.reaches(await world.fill(5));
    await world.started();
    await first.stop();
    await world.reaches(await world.fill(5));
    await world.isExact();
  });

  it('the other takes over when the leader loses the connection that holds its lock', async () => {
    await world.started();
    await world.reaches(await world.fill(2));
    await world.started();
    await world.query('SELECT pg_terminate_backend($1)', await leaders());
    await world.reaches(await world.fill(5));
    await world.isExact();
  });

  it('the one that wakes after the other took the lead writes nothing', async () => {
    await world.started();
    await world.reaches(await world.fill(2));
    const [asleep] = await leaders();
    // It sleeps before its next batch: reading the folded rows waits for this lock.
    const session = await world.pool.connect();
    await session.query('BEGIN; LOCK TABLE jar IN ACCESS EXCLUSIVE MODE');
    const last = await world.fill(3);
    const waits = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'projection.jar_v1'::regclass`;
    await waitUntil('the leader waits', async () => (await world.query(waits)).length === 1);
    await world.query('SELECT pg_terminate_backend($1)', [asleep]);
    await world.started();
    const epoch = async () =>
      (await world.query<{ epoch: bigint }>('SELECT epoch FROM projection.checkpoint'))[0]?.epoch;
    await waitUntil('another leads', async () => (await epoch()) === 2n);
    await waitUntil('both wait', async () => (await world.query(waits)).length === 2);
    await session.query('COMMIT');
    session.release();
    await world.reaches(last);
    await world.reaches(await world.fill(3));
    await world.isExact();
  });
});

describe('a batch', () => {
  it('that breaks off between fold and commit is applied once all the same', async () => {
    await world.started();
    await world.reaches(await world.fill(2));
    const session = await world.pool.connect();
    await session.query('BEGIN; LOCK TABLE shelf_total IN ACCESS EXCLUSIVE MODE');
    const last = await world.fill(3);
    const writer = async () =>
      (
        await world.query<{ pid: number }>(
          `SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'projection.shelf_total_v1'::regclass`,
        )
      )[0]?.pid;
    const first = await waitUntil('rows are written and sums wait', writer);
    await world.query('SELECT pg_terminate_backend($1)', [first]);
    await waitUntil('it tries again', async () => ![undefined, first].includes(await writer()));
    await session.query('COMMIT');
    session.release();
    await world.reaches(last);
    await world.isExact();
  });
});

describe('an engine outlives', () => {
  it('a subscription that breaks', async () => {
    const proxy = await tcpProxy(Number(new URL(world.eventStoreUrl).port));
    const eventStore = new EventStore(`esdb://127.0.0.1:${proxy.port}?tls=false`);
    const engine = await world.started({ eventStore });
    await world.reaches(await world.fill(2));
    proxy.cut();
    const last = await world.fill(3);
    proxy.mend();
    await world.reaches(last);
    await world.isExact();
    await engine.stop();
    await eventStore.close();
    await proxy.close();
  });

  it('an event store that is down when it starts, and goes down again', async () => {
    const database = await freshDatabase();
    const node = await startEventStoreNode({ databaseUrl: database.url });
    const { port } = node;
    await node.close();
    const eventStore = new EventStore(node.url);
    const engine = await world.started({ eventStore });
    const again = async () => {
      const up = await startEventStoreNode({ databaseUrl: database.url, port });
      const position = await world.appendTo(eventStore, `jar-${randomUUID()}`, [
        { type: 'JarPlaced', data: { shelf: 'low' } },
      ]);
      world.counted.jars++;
      world.counted.events++;
      await world.reaches(position);
      return up;
    };
    await (await again()).close();
    const up = await again();
    await world.isExact();
    await engine.stop();
    await eventStore.close();
    await up.close();
    await database.drop();
  });

  it('a database that is away for a while', async () => {
    const proxy = await tcpProxy(Number(new URL(world.databaseUrl).port));
    const url = new URL(world.databaseUrl);
    url.port = String(proxy.port);
    const engine = await world.started({ databaseUrl: url.toString() });
    await world.reaches(await world.fill(2));
    proxy.cut();
    const last = await world.fill(3);
    await waitUntil('its lock is free', async () => (await leaders()).length === 0);
    proxy.mend();
    await world.reaches(last);
    await world.isExact();
    await engine.stop();
    await proxy.close();
  });
});
