import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { v4 as uuidv4 } from 'uuid';
import { ClientDecisions } from '../../src/client/change-client.js';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientStream } from '../../src/client/client.events.js';
import type { ClientIntent } from '../../src/client/client.slices.js';
import { Merges } from '../../src/client/identity/merges.service.js';
import { Clock } from '../../src/clock.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { sha256 } from '../../src/event-store/hash-chain.js';
import { LapsePolicies } from '../../src/policy/lapse-policies.js';
import { clientKeysIn, type FreshKeys } from '../support/client-keys.js';
import { commandsTo } from '../support/commands.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';

let server: FreshEventStore;
let database: FreshDatabase;
let keys: FreshKeys;
let store: EventStore;
let clients: ClientDecisions;
let merges: Merges;
beforeAll(async () => {
  [server, database] = [await freshEventStore(), await freshDatabase()];
  keys = await clientKeysIn(database.url, randomBytes(32));
  store = new EventStore(server.url);
  clients = new ClientDecisions(store, keys.keys);
  merges = new Merges(clients, store, new LapsePolicies(store), new Clock(), keys.keys);
});
afterAll(async () => {
  await Promise.all([store.close(), keys.close()]);
  await Promise.all([server.close(), database.drop()]);
});

const at = '2026-01-05T12:00:00.000Z';
const context = (commandId: string) => ({
  ...{ commandId, correlationId: commandId, causationId: commandId, fingerprint: sha256(commandId) },
  ...{ actor: { id: 'tester', role: 'staff' }, source: 'api' as const },
});
const send = (clientId: string, intent: ClientIntent) =>
  clients.run({
    stream: clientStream(clientId),
    context: context(uuidv4()),
    decide: (state) => clientDecider.decide(state, commandsTo(clientId)(intent, at)),
  });
const lifeOf = async (clientId: string) => (await clients.load(clientStream(clientId))).state.lifecycle;

async function served(): Promise<string> {
  const clientId = uuidv4();
  await send(clientId, { kind: 'ConvertClient', data: {} });
  await send(clientId, { kind: 'RecordService', data: { serviceId: uuidv4() } });
  return clientId;
}

describe('a merge that was broken off after its first half', () => {
  it('is made up for, once, however often that is tried', async () => {
    const [ada, ben] = [await served(), await served()];
    await send(ben, { kind: 'MergeInto', data: { survivorId: ada } });
    expect((await lifeOf(ada)).services).toHaveLength(1);
    await Promise.all([merges.finish(ben), merges.finish(ben)]);
    await merges.finish(ben);
    expect((await lifeOf(ada)).services).toHaveLength(2);
    const facts = (await store.readStream(clientStream(ada))).map(({ event }) => event?.type);
    expect(facts.filter((type) => type === 'ClientAbsorbed')).toHaveLength(1);
  });

  it('is made up for by the same request', async () => {
    const [ada, ben] = [await served(), await served()];
    const request = context(uuidv4());
    await send(ben, { kind: 'MergeInto', data: { survivorId: ada } });
    await merges.merge(ben, { survivorId: ada }, undefined, request);
    expect((await lifeOf(ada)).absorbed).toMatchObject([{ clientId: ben }]);
  });

  it('is undone if the survivor was merged away meanwhile', async () => {
    const [ada, ben, cleo] = [await served(), await served(), await served()];
    await send(ben, { kind: 'MergeInto', data: { survivorId: ada } });
    await merges.merge(ada, { survivorId: cleo }, undefined, context(uuidv4()));
    await merges.finish(ben);
    expect(await lifeOf(ben)).toMatchObject({ mergedInto: null, services: [{}] });
  });
});

describe('an undoing that was broken off after its first half', () => {
  it('is made up for: the client takes up its life as the survivor let it go', async () => {
    const [ada, ben] = [await served(), await served()];
    await merges.merge(ben, { survivorId: ada }, undefined, context(uuidv4()));
    const serviceId = uuidv4();
    await send(ada, { kind: 'RecordService', data: { serviceId } });
    await send(ada, { kind: 'ReleaseClient', data: { absorbedId: ben, assigned: [serviceId] } });
    expect((await lifeOf(ben)).mergedInto).not.toBeNull();
    await Promise.all([merges.finish(ben), merges.finish(ben)]);
    expect(await lifeOf(ben)).toMatchObject({ mergedInto: null, services: [{}, { serviceId }] });
    expect((await lifeOf(ada)).services).toHaveLength(1);
  });

  it('can be merged again, and again undone', async () => {
    const [ada, ben] = [await served(), await served()];
    for (let round = 0; round < 3; round++) {
      await merges.merge(ben, { survivorId: ada }, at, context(uuidv4()));
      expect((await lifeOf(ada)).services).toHaveLength(2);
      await merges.unmerge(ben, { assigned: [] }, at, context(uuidv4()));
      expect((await lifeOf(ada)).services).toHaveLength(1);
      expect((await lifeOf(ben)).services).toHaveLength(1);
    }
  });
});
