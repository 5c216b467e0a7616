import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { Codec } from '../../src/event-store/codec.js';
import { DecisionRunner } from '../../src/event-store/decision-runner.js';
import { Rejection } from '../../src/event-store/decider.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { shippedLapsePolicy } from '../../src/policy/lapse-policy.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo } from '../support/commands.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';

const START = '2000-01-01T00:00:00.000Z';
const SAMPLES = 40;
const ROUNDS = 5;
const APPENDED_AT_ONCE = 500;

const codec = new Codec<ClientEvent>(clientEvents);
let node: FreshEventStore;
let store: EventStore;
let runner: DecisionRunner<ClientState, ClientEvent>;
let short: LongLife;
let long: LongLife;

beforeAll(async () => {
  node = await freshEventStore();
  store = new EventStore(node.url);
  runner = new DecisionRunner(store, codec, clientDecider);
  short = await LongLife.of(10);
  long = await LongLife.of(10_000);
}, 60_000);
afterAll(async () => {
  await store.close();
  await node.close();
});

/** A client with so many facts of every kind that a decision might have to go through. */
class LongLife {
  private constructor(
    private readonly clientId: string,
    /** of its last fact */
    readonly end: Instant,
  ) {}

  static async of(size: number): Promise<LongLife> {
    const clientId = uuidv4();
    const facts = Array.from({ length: size }, (_none, n) => factOf(clientId, n));
    const stream = clientStream(clientId);
    let hash: string | undefined;
    for (let from = 0; from < size; from += APPENDED_AT_ONCE) {
      const part = facts.slice(from, from + APPENDED_AT_ONCE);
      const stored = codec.encode(stream, part, contextOf(), { revision: from - 1, hash });
      ({ hash } = stored.at(-1)?.metadata as { hash: string });
      await store.append(stream, stored, from - 1);
    }
    return new LongLife(clientId, dayOf(size));
  }

  /** Sends a command that is to record something. @returns how long that took, in ms */
  async time(intentOf: IntentOf, at = this.end): Promise<number> {
    const intent = intentOf((name) => uuidv5(name, this.clientId));
    const command = commandsTo(this.clientId, shippedLapsePolicy)(intent, at, this.end);
    const began = performance.now();
    const outcome = await runner.run({
      stream: clientStream(this.clientId),
      context: contextOf(),
      decide: (state) => clientDecider.decide(state, command),
    });
    const taken = performance.now() - began;
    if (outcome instanceof Rejection || outcome.events.length === 0)
      throw new Error(`nothing came of ${intent.kind}`);
    return taken;
  }
}

const dayOf = (n: number): Instant => plusDays(START, n * 0.9);

function factOf(clientId: string, n: number): ClientEvent {
  const [id, occurredAt] = [uuidv5(String(n), clientId), dayOf(n)];
  if (n === 0) return { type: 'ClientConverted', data: { trade: 'salon' }, occurredAt };
  const facts: ClientEvent[] = [
    { type: 'ClientServiced', data: { serviceId: id, serviceType: 'cut' }, occurredAt },
    { type: 'BookingMade', data: { bookingId: id, scheduledFor: plusDays(occurredAt, 3) }, occurredAt },
    { type: 'ClientServiced', data: { serviceId: id }, occurredAt },
    { type: 'NoteAdded', data: { noteId: id, text: 'a note' }, occurredAt },
    { type: 'ClientComplained', data: { complaintId: id }, occurredAt },
  ];
  return facts[n % facts.length] as ClientEvent;
}

const contextOf = () => ({
  ...{ commandId: uuidv4(), correlationId: 'c', causationId: 'c', fingerprint: 'f' },
  ...{ actor: { id: 'tester', role: 'staff' }, source: 'api' as const },
});

type IntentOf = (idOf: (name: string) => string) => ClientIntent;
let counter = 0;
const commands: Record<string, () => IntentOf> = {
  'a service': () => {
    const name = `service ${counter++}`;
    return (idOf) => ({ kind: 'RecordService', data: { serviceId: idOf(name) } });
  },
  'a note': () => {
    const name = `note ${counter++}`;
    return (idOf) => ({ kind: 'AddNote', data: { noteId: idOf(name), text: 'a note' } });
  },
  'a booking': () => {
    const name = `booking ${counter++}`;
    return (idOf) => ({ kind: 'MakeBooking', data: { bookingId: idOf(name), scheduledFor: long.end } });
  },
  'a correction of its first service': () => {
    const servicedAt = plusDays(START, 1 + (counter++ % 100) / 1_000);
    return (idOf) => ({ kind: 'CorrectService', data: { serviceId: idOf('2'), servicedAt } });
  },
};

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** Turn by turn, so that whatever else the machine does slows both alike. @returns how many times as long the long one takes */
async function ratio(next: () => IntentOf): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const intentOf = next();
    times[0].push(await short.time(intentOf));
    times[1].push(await long.time(intentOf));
  }
  return median(times[1]) / median(times[0]);
}

describe('a client with ten thousand facts', () => {
  // A machine under load may spoil a round; what goes through the whole life spoils them all.
  it.each(Object.entries(commands))(
    'takes %s in at most twice the time of one with ten',
    async (_what, next) => {
      let best = Infinity;
      for (let round = 0; round < ROUNDS && best > 2; round++) best = Math.min(best, await ratio(next));
      expect(best).toBeLessThanOrEqual(2);
    },
  );
});
