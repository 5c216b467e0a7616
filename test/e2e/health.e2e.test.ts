import { randomUUID } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import request from 'supertest';
import { Codec } from '../../src/event-store/codec.js';
import { defineEvent, type EventOf } from '../../src/event-store/event-definition.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { OpsModule } from '../../src/ops/ops.module.js';
import { ProjectingModule } from '../../src/projecting/projecting.module.js';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import type { Projection } from '../../src/projecting/projection.js';
import { WholeNumber } from '../../src/schema/fields.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import {
  accessDatabase,
  ADMIN_KEY,
  startHttpApp,
  type AccessDatabase,
  type HttpApp,
} from '../support/http-app.js';
import { waitUntil } from '../support/wait-until.js';

class Amount {
  @WholeNumber({ about: 'how many', min: -9, max: 9 })
  amount!: number;
}
const counted = defineEvent({ type: 'Counted', version: 1, meaning: 'something was counted', data: Amount });
type Counted = EventOf<typeof counted>;
const codec = new Codec<Counted>({ Counted: counted });

const tally: Projection<Counted> = {
  name: 'tally',
  version: 1,
  streams: ['tally-'],
  tables: [
    {
      shape: 'append',
      table: { name: 'tally', columns: { id: 'uuid', amount: 'integer' }, key: ['id'] },
      on: {
        Counted: ({ id, event: { data } }) => {
          if (data.amount < 0) throw new Error('less than nothing at 10.9.8.7');
          return [{ id, amount: data.amount }];
        },
      },
    },
  ],
};

@ProjectionHandler()
class Tally {
  readonly projection = tally;
}

function startWith(databaseUrl: string, database: AccessDatabase['database'], eventStore: EventStore) {
  @Global()
  @Module({ providers: [{ provide: EventStore, useValue: eventStore }, Tally], exports: [EventStore] })
  class Infrastructure {}
  const projecting = ProjectingModule.forRoot({ useFactory: () => ({ run: true, codec, databaseUrl }) });
  const access = { adminKey: ADMIN_KEY };
  return startHttpApp({ database, access, imports: [Infrastructure, projecting, OpsModule] });
}

/** Stream of its own for each event: nothing is known of what stands in it. */
async function count(eventStore: EventStore, amount: number): Promise<void> {
  const stream = `tally-${randomUUID()}`;
  const commandId = randomUUID();
  const actor = { id: 'test', role: 'admin' };
  const context = {
    ...{ commandId, correlationId: commandId, causationId: commandId, fingerprint: '', actor },
    source: 'api' as const,
  };
  const event: Counted = { type: 'Counted', data: { amount }, occurredAt: '2024-01-02T09:00:00.000Z' };
  const stored = codec.encode(stream, [event], context, { revision: -1, hash: undefined });
  await eventStore.append(stream, stored, -1);
}

describe('health', () => {
  let node: FreshEventStore;
  let eventStore: EventStore;
  let own: AccessDatabase;
  let http: HttpApp;
  const ask = (path: string) => request(http.server).get(`/health/${path}`);

  beforeAll(async () => {
    node = await freshEventStore();
    eventStore = new EventStore(node.url);
    own = await accessDatabase();
    http = await startWith(own.url, own.database, eventStore);
  });
  afterAll(async () => {
    await http.close();
    await eventStore.close();
    await node.close();
    await own.drop();
  });

  it('is live while the process is up, without a token', async () => {
    const answer = await ask('live');
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  });

  it('is ready while everything answers and projections move', async () => {
    await count(eventStore, 1);
    const answer = await ask('ready');
    expect([answer.status, answer.body.status]).toEqual([200, 'ok']);
    expect(Object.keys(answer.body.details)).toEqual(['postgresql', 'eventStore', 'projections']);
  });

  it('is not ready once a projection has paused, and names it', async () => {
    await count(eventStore, -1);
    const answer = await waitUntil('the projection has paused', async () => {
      const asked = await ask('ready');
      return asked.status === 503 ? asked : undefined;
    });
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body.checks.projections).toMatchObject({ status: 'down', message: 'paused: tally' });
    expect(answer.body.checks.postgresql.status).toBe('up');
    expect(answer.text).not.toContain('10.9.8.7');
    expect((await ask('live')).status).toBe(200);
  });
});

describe('health of a process whose servers are gone', () => {
  it('is not ready, says which, and not where they were', async () => {
    const gone = await freshEventStore();
    const eventStore = new EventStore(gone.url);
    const own = await accessDatabase();
    const http = await startWith(own.url, own.database, eventStore);
    await gone.close();
    await own.cut();

    const answer = await request(http.server).get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.body.checks).toMatchObject({
      postgresql: { status: 'down', message: 'does not answer' },
      eventStore: { status: 'down', message: 'does not answer' },
      projections: { status: 'down', message: 'not known' },
    });
    expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|postgres:/);
    expect((await request(http.server).get('/health/live')).status).toBe(200);

    await http.close();
    await eventStore.close();
    await own.drop();
  });
});
