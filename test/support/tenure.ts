import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test as Testing } from '@nestjs/testing';
import request, { type Test } from 'supertest';
import type { Role } from '../../src/access/role.js';
import { ApiModule } from '../../src/api.module.js';
import type { Booted } from '../../src/boot.js';
import { LapseClock } from '../../src/client/lifecycle/lapse-clock.service.js';
import { Clock } from '../../src/clock.js';
import { readConfig } from '../../src/config.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { configureApp, createHttpApp, httpAdapter, httpOptions } from '../../src/http/configure-app.js';
import { createLogger } from '../../src/http/logging.js';
import { PositionAwaiter } from '../../src/projecting/await-position.js';
import { freshEventStore } from './event-store.js';
import { ADMIN_KEY } from './http-app.js';
import { freshDatabase } from './servers.js';
import { temporaryDirectory } from './temporary-directory.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The whole application over an event store and a database of its own, and a caller of each role. */
export class Tenure {
  private readonly keys = new Map<Role, string>([['admin', ADMIN_KEY]]);
  /** of the last fact that `record` recorded */
  private position = '';

  private constructor(
    readonly application: NestFastifyApplication,
    readonly close: () => Promise<void>,
    readonly databaseUrl: string,
    readonly eventLogUrl: string,
  ) {}

  /**
   * The lapse clock stands still: lapses come from the services recorded after them, or from `sweep`.
   * @param clock what time it is, for the application and for the event store; the machine's unless given
   */
  static async start(
    environment: Record<string, string> = {},
    { clock }: { clock?: Clock } = {},
  ): Promise<Tenure> {
    const [eventStore, database, directory] = await Promise.all([
      freshEventStore(clock ? { now: () => new Date(clock.now()) } : {}),
      freshDatabase(),
      temporaryDirectory(),
    ]);
    const quiet = { TENURE_ADMIN_KEY: ADMIN_KEY, TENURE_CLOCK_SECONDS: '0', LOG_LEVEL: 'fatal' };
    const config = readConfig({ ...quiet, TENURE_DATA_DIR: directory.path, ...environment });
    const runtime = {
      ...{ eventStoreUrl: eventStore.url, databaseUrl: database.url, owner: false },
      ...{ failed: new Promise<never>(() => undefined), close: () => Promise.resolve() },
    };
    const app = await (clock ? appWith(clock, { config, runtime }) : appOf({ config, runtime }));
    await app.listen(0, '127.0.0.1');
    const close = async () => {
      await app.close();
      await Promise.all([eventStore.close(), database.drop(), directory.remove()]);
    };
    const tenure = new Tenure(app, close, database.url, eventStore.databaseUrl);
    for (const role of ['staff', 'analyst', 'auditor'] as const) {
      const issued = await tenure.call('post', '/api-keys').send({ name: role, role }).expect(201);
      tenure.keys.set(role, issued.body.key as string);
    }
    return tenure;
  }

  /** @param path below /api/v1 */
  call(method: Method, path: string, role: Role = 'admin'): Test {
    return this.as(role, request(this.application.getHttpServer())[method](`/api/v1${path}`));
  }

  /** @param path that is not of the API, such as /metrics */
  fetch(path: string, role: Role = 'admin'): Test {
    return this.as(role, request(this.application.getHttpServer()).get(path));
  }

  private as(role: Role, call: Test): Test {
    return call.set('Authorization', `Bearer ${this.keys.get(role)}`);
  }

  /** Sweeps once, as the lapse clock does every minute, when the read model has seen everything on record. */
  async sweep(): Promise<void> {
    const store = this.provider(EventStore);
    await this.provider(PositionAwaiter).waitUntil('lapse-due', (await store.tail()) ?? 0n, 5_000);
    await this.provider(LapseClock).sweep();
    this.position = String(await store.tail());
  }

  /** @returns where it listens, for those who speak to it without HTTP */
  url(): Promise<string> {
    return this.application.getUrl();
  }

  /** @returns what the application works with */
  provider<T>(token: Type<T>): T {
    return this.application.get(token, { strict: false });
  }

  /** Sends a command that has to succeed, as staff. @returns its answer */
  async record(
    method: Exclude<Method, 'get'>,
    path: string,
    body?: object,
  ): Promise<{ clientId: string; events: { id: string; type: string }[] }> {
    const answer = await this.call(method, path, 'staff').send(body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    this.position = answer.body.position;
    return answer.body;
  }

  /** Asks once the read model has seen everything that was recorded. */
  ask(path: string, role: Role = 'staff'): Test {
    return this.call('get', path, role).set('X-Await-Position', this.position);
  }
}

const appOf = (booted: Booted): Promise<NestFastifyApplication> =>
  createHttpApp(ApiModule.forRoot(booted), booted.config);

/** The same, with another clock. */
async function appWith(clock: Clock, booted: Booted): Promise<NestFastifyApplication> {
  const module = await Testing.createTestingModule({ imports: [ApiModule.forRoot(booted)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .setLogger(createLogger(booted.config))
    .compile();
  return configureApp(module.createNestApplication<NestFastifyApplication>(httpAdapter(), httpOptions()));
}
