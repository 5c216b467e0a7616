import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import { JarWorld } from '../support/jars/jar-world.js';
import { builtModule, startNode } from '../support/node-process.js';

let world: JarWorld;
beforeEach(async () => {
  world = await JarWorld.open();
});
afterEach(() => world.close());

/** The projection imports nothing but types, so that it can be handed to a process without TypeScript as it is. */
async function jarsAsModule(): Promise<string> {
  const source = await readFile(new URL('../support/jars/jar.projection.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return JSON.stringify(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

async function keeper(): Promise<string> {
  return `
    const { EventStore } = await import(${builtModule('src/event-store/event-store.js')});
    const { Codec } = await import(${builtModule('src/event-store/codec.js')});
    const { ProjectionEngine } = await import(${builtModule('src/projecting/projection-engine.js')});
    const { jars } = await import(${await jarsAsModule()});
    const types = ['JarPlaced', 'MarblesAdded', 'MarblesTaken', 'JarBroken'];
    const catalogue = Object.fromEntries(types.map((type) => [type, { type, version: 1, data: class {} }]));
    const engine = new ProjectionEngine({
      projections: [jars],
      eventStore: new EventStore(${JSON.stringify(world.eventStoreUrl)}),
      codec: new Codec(catalogue),
      databaseUrl: ${JSON.stringify(world.databaseUrl)},
      tick: 50,
      lease: 1_000,
      moved: () => console.log('wrote a batch'),
    });
    await engine.start();
    console.log('started');`;
}

it('a process that is killed again and again leaves every event applied once', async () => {
  const script = await keeper();
  for (let round = 0; round < 3; round++) {
    for (let part = 0; part < 5; part++) await world.fill(20, 19);
    const process = startNode(script);
    await process.says(/wrote a batch/);
    // Live now: killed with a batch in hand, more often than not.
    const more = Promise.all([world.fill(10), world.fill(10), world.fill(10)]);
    await process.kill();
    await more;
  }
  const last = await world.fill(1);
  await world.started();
  await world.reaches(last);
  await world.isExact();
}, 60_000);

it('another process goes on within five seconds of the kill of the one that led, with the settings that are shipped', async () => {
  const shipped = (await keeper()).replace(/tick: 50,\s*lease: 1_000,/, '');
  const leader = startNode(shipped);
  const first = await world.fill(2);
  await leader.says(/wrote a batch/);
  await world.reaches(first);
  const follower = startNode(shipped);
  await follower.says(/started/);
  await leader.kill();
  const killedAt = performance.now();
  await world.reaches(await world.fill(3));
  expect(performance.now() - killedAt).toBeLessThan(5_000);
  await world.isExact();
  await follower.kill();
});

it('a process that freezes loses the lead, and writes nothing when it thaws', async () => {
  const frozen = startNode(await keeper());
  const first = await world.fill(2);
  await frozen.says(/wrote a batch/);
  await world.reaches(first);
  const taken = 'SELECT epoch FROM projection.checkpoint';
  const [before] = await world.query<{ epoch: bigint }>(taken);
  frozen.child.kill('SIGSTOP');
  await world.started();
  await world.reaches(await world.fill(3));
  expect(await world.query(taken)).toEqual([{ epoch: (before?.epoch ?? 0n) + 1n }]);
  frozen.child.kill('SIGCONT');
  await frozen.says(/the connection that holds the leads broke/);
  await world.reaches(await world.fill(3));
  await world.isExact();
  await frozen.kill();
});
