import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { quietClients } from '../../projections/lapse-due/lapse-due.queries.js';
import { ClientDecisions } from '../../src/client/change-client.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import {
  sweepLapses,
  type QuietClient,
  type Swept,
  type SweepTools,
} from '../../src/client/lifecycle/lapse-clock.js';
import { rememberLooks } from '../../src/client/lifecycle/lapse-memory.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore, EventStoreUnavailable } from '../../src/event-store/event-store.js';
import { LapsePolicies } from '../../src/policy/lapse-policies.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { PositionAwaiter } from '../../src/projecting/await-position.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

const START = '2024-01-05T12:00:00.000Z';
/** Of the first, the window runs out on day 90; the second are kept by a plan; the third were serviced lately. */
const KINDS = { due: 5_000, kept: 500, recent: 500 } as const;
type Kind = keyof typeof KINDS;
const LATE = plusDays(START, 100);

const idOf = (kind: string, n: number) => uuidv5(`${kind}/${n}`, '3b1f0c51-6a5e-4f0e-8f0f-5a0f5d6f7a10');
const idsOf = (kind: Kind): string[] => Array.from({ length: KINDS[kind] }, (_none, n) => idOf(kind, n));

const clock = new SettableClock(START);
const codec = new Codec<ClientEvent>(clientEvents);
let tenure: Tenure;
let store: EventStore;
let database: DataSource;

beforeAll(async () => {
  tenure = await Tenure.start({}, { clock });
  store = tenure.provider(EventStore);
  database = tenure.provider(DataSource);
  clock.set(LATE);
  for (const kind of Object.keys(KINDS) as Kind[]) {
    await inParallel(idsOf(kind), 64, (clientId) => append(clientId, lifeOf(clientId, kind)));
  }
  await projected();
}, 120_000);
afterAll(() => tenure.close());

function lifeOf(clientId: string, kind: Kind): ClientEvent[] {
  const serviceId = uuidv5('service', clientId);
  const servicedAt = kind === 'recent' ? plusDays(LATE, -5) : START;
  const life: ClientEvent[] = [
    { type: 'ClientConverted', data: {}, occurredAt: START },
    { type: 'ClientServiced', data: { serviceId }, occurredAt: servicedAt },
  ];
  const plan = { planId: uuidv5('plan', clientId), intervalDays: 30 };
  return kind === 'kept' ? [...life, { type: 'PlanEnrolled', data: plan, occurredAt: START }] : life;
}

async function append(clientId: string, events: ClientEvent[], after = -1): Promise<void> {
  const stream = clientStream(clientId);
  const commandId = uuidv4();
  const context = {
    ...{ commandId, correlationId: commandId, causationId: commandId, fingerprint: '0' },
    ...{ actor: { id: 'tester', role: 'staff' }, source: 'api' as const },
  };
  await store.append(
    stream,
    codec.encode(stream, events, context, { revision: after, hash: undefined }),
    after,
  );
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

const projected = async () =>
  tenure.provider(PositionAwaiter).waitUntil('lapse-due', (await store.tail()) ?? 0n, 20_000);

interface Observed extends Swept {
  readonly mostInFlight: number;
  readonly largestPage: number;
  readonly faults: string[];
}

/** A sweep of a process of its own: it remembers no client that another one has read. */
async function sweep(now: Instant, tools: Partial<SweepTools> = {}): Promise<Observed> {
  const clients = new ClientDecisions(store, tenure.provider(ClientKeys));
  let [inFlight, mostInFlight, largestPage] = [0, 0, 0];
  const faults: string[] = [];
  const find = tools.find ?? ((query) => quietClients(database, query));
  const run = tools.clients?.run ?? ((request) => clients.run(request));
  const swept = await sweepLapses(
    {
      clients: {
        run: (request) => {
          mostInFlight = Math.max(mostInFlight, ++inFlight);
          return run.call(clients, request).finally(() => inFlight--);
        },
      },
      policy: () => tenure.provider(LapsePolicies).current(),
      find: async (query) => {
        const page = await find(query);
        largestPage = Math.max(largestPage, page.length);
        return page;
      },
      remember: tools.remember ?? ((looks) => rememberLooks(database, looks)),
      onFault: (clientId) => faults.push(clientId),
    },
    now,
  );
  return { ...swept, mostInFlight, largestPage, faults };
}

const lapsesOf = async (clientId: string) =>
  (await store.readStream(clientStream(clientId)))
    .map((event) => codec.decode(event))
    .filter(({ event }) => event.type === 'ClientLapsed');

describe('a sweep of the lapse clock', () => {
  it('looks, long before anybody is due, at each quiet client once, and remembers it', async () => {
    const early = plusDays(START, 60);
    expect(await sweep(early)).toMatchObject({ asked: 5_500, lapsed: 0, faults: [] });
    expect(await sweep(early)).toMatchObject({ asked: 0, lapsed: 0 });
    expect(await sweep(plusDays(START, 89.9))).toMatchObject({ asked: 0, lapsed: 0 });
  }, 60_000);

  it('looks again at whom a fact concerns, and at nobody else', async () => {
    const some = idsOf('due').slice(0, 3);
    for (const clientId of some) {
      const booking = { bookingId: uuidv5('booking', clientId), scheduledFor: plusDays(START, 80) };
      await append(clientId, [{ type: 'BookingMade', data: booking, occurredAt: plusDays(START, 61) }], 1);
    }
    await projected();
    expect(await sweep(plusDays(START, 62))).toMatchObject({ asked: 3, lapsed: 0 });
    expect(await sweep(plusDays(START, 62))).toMatchObject({ asked: 0, lapsed: 0 });
  });

  it('goes on without a client that cannot be looked at, and stops where the event store is away', async () => {
    const [poisoned] = idsOf('due') as [string];
    const clients = new ClientDecisions(store, tenure.provider(ClientKeys));
    const quiet: QuietClient[] = idsOf('kept')
      .slice(0, 2)
      .concat(poisoned)
      .map((clientId) => ({ clientId, quietSince: START, position: 0n }));
    const find = () => Promise.resolve(quiet);
    const remember = () => Promise.resolve();
    const failing =
      (error: Error): SweepTools['clients']['run'] =>
      (request) =>
        request.stream === clientStream(poisoned) ? Promise.reject(error) : clients.run(request);
    const swept = await sweep(LATE, { find, remember, clients: { run: failing(new Error('unreadable')) } });
    expect(swept).toMatchObject({ asked: 3, lapsed: 0, faults: [poisoned] });
    const away = new EventStoreUnavailable(new Error('gone'));
    await expect(sweep(LATE, { find, remember, clients: { run: failing(away) } })).rejects.toBe(away);
  });

  it('lapses five thousand clients, two processes at it, each client once', async () => {
    const both = await Promise.all([sweep(LATE), sweep(LATE)]);
    expect(both.reduce((sum, { lapsed }) => sum + lapsed, 0)).toBe(5_000);
    for (const { mostInFlight, largestPage } of both) {
      expect(mostInFlight).toBeLessThanOrEqual(32);
      expect(largestPage).toBeLessThanOrEqual(1_000);
    }
    await inParallel(idsOf('due'), 32, async (clientId) => {
      const lapses = await lapsesOf(clientId);
      expect(lapses.map(({ event }) => event.occurredAt)).toEqual([plusDays(START, 90)]);
    });
  }, 300_000);

  it('asks nobody a second time, whether the read model has come to the lapses or not', async () => {
    expect(await sweep(LATE)).toMatchObject({ asked: 0 });
    await projected();
    expect(await sweep(LATE)).toMatchObject({ asked: 0 });
  });

  it('does no harm when what it is told of is long out of date', async () => {
    const stale = idsOf('due')
      .slice(0, 500)
      .map((clientId) => ({ clientId, quietSince: START, position: 1n }));
    const tail = await store.tail();
    const swept = await sweep(LATE, {
      find: () => Promise.resolve(stale),
      remember: () => Promise.resolve(),
    });
    expect(swept).toMatchObject({ asked: 500, lapsed: 0, faults: [] });
    expect(await store.tail()).toBe(tail);
  });

  it('looks at everybody again under another policy', async () => {
    await tenure.call('put', '/policies/lapse').send({ kind: 'fixed', windowDays: 3 }).expect(200);
    expect(await sweep(LATE)).toMatchObject({ asked: 1_000, lapsed: 500 });
    for (const clientId of idsOf('kept').slice(0, 5)) expect(await lapsesOf(clientId)).toEqual([]);
  });

  it('is left to the process that is at it', async () => {
    const other = new pg.Client({ connectionString: tenure.databaseUrl });
    await other.connect();
    await tenure.call('put', '/policies/lapse').send({ kind: 'fixed', windowDays: 4 }).expect(200);
    const looked = async () => {
      const [row] = await database.query(
        'SELECT count(*)::int AS n FROM lapse_check WHERE policy_version = 2',
      );
      return (row as { n: number }).n;
    };
    await other.query('SELECT pg_advisory_lock(7415236302)');
    await tenure.sweep();
    expect(await looked()).toBe(0);
    await other.end();
    await tenure.sweep();
    expect(await looked()).toBe(500);
  });
});
