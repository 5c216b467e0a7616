import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../../src/api.module.js';
import { readConfig } from '../../src/config.js';
import { createHttpApp } from '../../src/http/configure-app.js';
import { describeApi } from '../../src/http/openapi.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import { ADMIN_KEY, openRoutes, recordRoutes, type Route } from '../support/http-app.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';

describe('every route of the application', () => {
  let eventStore: FreshEventStore;
  let database: FreshDatabase;
  let app: NestFastifyApplication;
  let routes: Route[];

  beforeAll(async () => {
    eventStore = await freshEventStore();
    database = await freshDatabase();
    const config = readConfig({
      TENURE_ADMIN_KEY: ADMIN_KEY,
      TENURE_MASTER_KEY: randomBytes(32).toString('base64'),
      TENURE_CLOCK_SECONDS: '0',
      LOG_LEVEL: 'fatal',
    });
    const failed = new Promise<never>(() => undefined);
    const close = () => Promise.resolve();
    const runtime = { eventStoreUrl: eventStore.url, databaseUrl: database.url, owner: false, failed, close };
    app = await createHttpApp(ApiModule.forRoot({ config, runtime }), config);
    routes = recordRoutes(app);
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await eventStore.close();
    await database.drop();
  });

  it('is closed to whoever has no token, health apart', async () => {
    expect(routes.length).toBeGreaterThan(10);
    const health = ['GET /health/live', 'GET /health/ready'];
    expect((await openRoutes(app, routes)).filter((route) => !health.includes(route))).toEqual([]);
  });

  it('says who may call it, and lets no auditor change anything', () => {
    const operations = Object.entries(describeApi(app).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    );
    for (const [name, operation] of operations) {
      const roles: string[] | undefined = operation['x-roles'];
      if (roles === undefined) expect([name, operation.security]).toEqual([name, []]);
      else if (!name.startsWith('get '))
        expect([name, roles.filter((one) => one === 'auditor')]).toEqual([name, []]);
    }
  });
});
