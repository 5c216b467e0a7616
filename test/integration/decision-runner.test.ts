import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { Codec } from '../../src/event-store/codec.js';
import { CommandIdReused, DecisionRunner, type Outcome } from '../../src/event-store/decision-runner.js';
import { Rejection } from '../../src/event-store/decider.js';
import { EventStore, EventStoreUnavailable, RevisionConflict } from '../../src/event-store/event-store.js';
import { hashOf } from '../../src/event-store/hash-chain.js';
import { commandsTo } from '../support/commands.js';
import { tcpProxy } from '../support/tcp-proxy.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';

const codec = new Codec<ClientEvent>(clientEvents);
const now = '2024-05-01T12:00:00.000Z';

let node: FreshEventStore;
let eventStore: EventStore;
/** Two processes would each have a runner with a memory of its own. */
let here: DecisionRunner<ClientState, ClientEvent>;
let there: DecisionRunner<ClientState, ClientEvent>;

beforeAll(async () => {
  node = await freshEventStore();
  eventStore = new EventStore(node.url);
  here = new DecisionRunner(eventStore, codec, clientDecider);
  there = new DecisionRunner(eventStore, codec, clientDecider);
});

afterAll(async () => {
  await eventStore.close();
  await node.close();
});

const convert: ClientIntent = { kind: 'ConvertClient', data: { name: 'Ada' } };
const tag = (name: string): ClientIntent => ({ kind: 'AddTag', data: { tag: name } });

const send = (
  runner: typeof here,
  clientId: string,
  intent: ClientIntent,
  terms: { commandId?: string; onlyAt?: number; fingerprint?: string; at?: string } = {},
) =>
  runner.run({
    stream: clientStream(clientId),
    context: {
      commandId: terms.commandId ?? uuidv4(),
      correlationId: 'c',
      causationId: 'c',
      fingerprint: terms.fingerprint ?? JSON.stringify(intent),
      actor: { id: 'tester', role: 'staff' },
      source: 'api',
    },
    onlyAt: terms.onlyAt,
    decide: (state) => clientDecider.decide(state, commandsTo(clientId)(intent, terms.at ?? now, now)),
  });

const facts = async (clientId: string) =>
  (await eventStore.readStream(clientStream(clientId))).map((event) => codec.decode(event));

describe('running a decision', () => {
  it('records what was decided and says where the stream stands', async () => {
    const id = uuidv4();
    const first = (await send(here, id, convert)) as Outcome;
    const second = (await send(here, id, tag('vip'))) as Outcome;
    expect(first).toMatchObject({ revision: 0, events: [{ type: 'ClientConverted' }] });
    expect(second).toMatchObject({ revision: 1, events: [{ type: 'TagAdded' }] });
    expect(second.position > first.position).toBe(true);
    expect((await facts(id)).map(({ event }) => event.type)).toEqual(['ClientConverted', 'TagAdded']);
  });

  it('decides on what the store holds, not on what it remembers', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    await send(there, id, tag('vip'));
    // `here` does not know of the tag yet, and would add it again.
    expect(await send(here, id, tag('vip'))).toMatchObject({ revision: 1, events: [] });
    await send(there, id, { kind: 'RemoveTag', data: { tag: 'vip' } });
    expect(await send(here, id, tag('vip'))).toMatchObject({ revision: 3 });
  });

  it('refuses only after having looked', async () => {
    const id = uuidv4();
    const complaintId = uuidv4();
    await send(here, id, convert);
    await send(there, id, { kind: 'RaiseComplaint', data: { complaintId } });
    const resolved = await send(here, id, { kind: 'ResolveComplaint', data: { complaintId } });
    expect(resolved).toMatchObject({ events: [{ type: 'ComplaintResolved' }] });
    expect(await send(here, id, convert)).toBeInstanceOf(Rejection);
  });

  it('chains the stream by hash, whoever writes', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    await send(there, id, tag('a'));
    await send(here, id, tag('b'));
    const recorded = await facts(id);
    recorded.forEach(({ stream, revision, id: eventId, event, envelope }, index) => {
      const { hash, ...metadata } = envelope;
      expect(metadata.prevHash).toBe(recorded[index - 1]?.envelope.hash);
      expect(hashOf({ stream, revision, id: eventId, type: event.type, data: event.data, metadata })).toBe(
        hash,
      );
    });
  });
});

describe('the same command again', () => {
  it('gets the first answer, here and in another process, and changes nothing', async () => {
    const id = uuidv4();
    const commandId = uuidv5('convert', id);
    const first = await send(here, id, convert, { commandId });
    await send(here, id, tag('vip'));
    expect(await send(here, id, convert, { commandId })).toEqual(first);
    expect(await send(there, id, convert, { commandId })).toEqual(first);
    expect(await facts(id)).toHaveLength(2);
  });

  it('gets the first answer with all its facts', async () => {
    const id = uuidv4();
    const commandId = uuidv5('late service', id);
    const at = '2023-01-01T00:00:00.000Z';
    const data = { serviceId: uuidv4() };
    const service: ClientIntent = { kind: 'RecordService', data };
    await send(here, id, convert);
    const first = (await send(here, id, service, { commandId, at })) as Outcome;
    expect(first.events.map(({ type }) => type)).toEqual(['ClientServiced', 'ClientLapsed']);
    expect(await send(there, id, service, { commandId, at })).toEqual(first);
  });

  it('sent twice at the same moment is recorded once', async () => {
    const id = uuidv4();
    const commandId = uuidv5('twice', id);
    const answers = await Promise.all([
      ...[here, here, there, there].map((runner) => send(runner, id, convert, { commandId })),
    ]);
    expect(new Set(answers.map((answer) => JSON.stringify((answer as Outcome).events))).size).toBe(1);
    expect(await facts(id)).toHaveLength(1);
  });

  it('with another content is refused', async () => {
    const id = uuidv4();
    const commandId = uuidv5('reused', id);
    await send(here, id, convert, { commandId });
    await expect(send(here, id, tag('vip'), { commandId })).rejects.toThrow(CommandIdReused);
  });
});

describe('many at once', () => {
  it('all commands of a crowd on one client are recorded, in some order, none twice', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    const tags = Array.from({ length: 40 }, (_, i) => `tag-${i}`);
    await Promise.all(tags.map((name, i) => send(i % 2 ? here : there, id, tag(name))));
    const recorded = await facts(id);
    expect(recorded.map(({ revision }) => revision)).toEqual(Array.from({ length: 41 }, (_, i) => i));
    expect(new Set(recorded.slice(1).map(({ event }) => JSON.stringify(event.data))).size).toBe(40);
  });

  it('of two that both want the client as it was, one wins and the other is told', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    const results = await Promise.allSettled([
      send(here, id, tag('a'), { onlyAt: 0 }),
      send(there, id, tag('b'), { onlyAt: 0 }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect((lost as PromiseRejectedResult).reason).toBeInstanceOf(RevisionConflict);
    expect(await facts(id)).toHaveLength(2);
  });
});

describe('a condition on the revision', () => {
  it('holds against the store, also where the memory is behind', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    await send(there, id, tag('a'));
    await expect(send(here, id, tag('b'), { onlyAt: 0 })).rejects.toThrow(RevisionConflict);
    expect(await send(here, id, tag('c'), { onlyAt: 1 })).toMatchObject({ revision: 2 });
  });

  it('does not stand in the way of the same command again', async () => {
    const id = uuidv4();
    await send(here, id, convert);
    const commandId = uuidv5('conditional', id);
    const first = await send(here, id, tag('a'), { onlyAt: 0, commandId });
    await send(there, id, tag('b'));
    expect(await send(here, id, tag('a'), { onlyAt: 0, commandId })).toEqual(first);
  });
});

it('says that the event store is not available where nobody answers', async () => {
  const nowhere = new EventStore('esdb://127.0.0.1:1?tls=false');
  const runner = new DecisionRunner(nowhere, codec, clientDecider);
  await expect(send(runner, uuidv4(), convert)).rejects.toThrow(EventStoreUnavailable);
  await nowhere.close();
});

it('does not wait for ever for an event store that stands still, and goes on when it moves again', async () => {
  const proxy = await tcpProxy(Number(/:(\d+)\?/.exec(node.url)?.[1]));
  const slow = new EventStore(`esdb://127.0.0.1:${proxy.port}?tls=false`, 300);
  const runner = new DecisionRunner(slow, codec, clientDecider);
  const known = uuidv4();
  await send(runner, known, convert);
  proxy.freeze();
  await expect(send(runner, uuidv4(), convert)).rejects.toThrow(EventStoreUnavailable);
  await expect(send(runner, known, tag('vip'))).rejects.toThrow(EventStoreUnavailable);
  proxy.thaw();
  // Whether the tag was written is decided by looking: it is there once, whoever asks again.
  expect(await send(runner, known, tag('vip'))).toMatchObject({ revision: 1 });
  await slow.close();
  await proxy.close();
});
