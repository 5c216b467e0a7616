import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { EventStore } from '../../src/event-store/event-store.js';
import { PositionAwaiter } from '../../src/projecting/await-position.js';
import { ProjectingModule } from '../../src/projecting/projecting.module.js';
import { ProjectionCatalogue } from '../../src/projecting/projection-catalogue.js';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { codec, JarWorld } from '../support/jars/jar-world.js';
import { jars } from '../support/jars/jar.projection.js';

@ProjectionHandler()
class Jars {
  readonly projection = jars;
}

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

async function application(run: boolean) {
  @Global()
  @Module({
    providers: [
      { provide: EventStore, useValue: world.eventStore },
      { provide: DataSource, useValue: dataSource },
    ],
    exports: [EventStore, DataSource],
  })
  class Servers {}

  @Module({
    imports: [
      Servers,
      ProjectingModule.forRoot({ useFactory: () => ({ codec, databaseUrl: world.databaseUrl, run }) }),
    ],
    providers: [Jars],
  })
  class Application {}

  return NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
}

describe('the projecting module', () => {
  it('finds the providers that carry projections and keeps these while the application runs', async () => {
    const app = await application(true);
    expect(app.get(ProjectionCatalogue).all()).toEqual([jars]);
    const position = await world.fill(3);
    await app.get(PositionAwaiter).waitUntil('jars', position, 10_000);
    await world.isExact();

    await app.close();
    await world.fill(1);
    expect(await world.position()).toBe(position);
  });

  it('only makes the tables in a process that is not to project', async () => {
    const app = await application(false);
    await world.fill(1);
    expect(await world.query('SELECT * FROM jar')).toEqual([]);
    await expect(app.get(PositionAwaiter).waitUntil('jars', 1n, 50)).rejects.toThrow(
      'has not come to position',
    );
    await app.close();
  });
});
