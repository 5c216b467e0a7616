import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { Codec } from '../../src/event-store/codec.js';
import { DecisionRunner, type Outcome } from '../../src/event-store/decision-runner.js';
import { Rejection } from '../../src/event-store/decider.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo } from '../support/commands.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';

const START = '2024-01-01T00:00:00.000Z';
const codec = new Codec<ClientEvent>(clientEvents);
let node: FreshEventStore;
let store: EventStore;
/** Two processes, each with a memory of its own. */
let here: DecisionRunner<ClientState, ClientEvent>;
let there: DecisionRunner<ClientState, ClientEvent>;

beforeAll(async () => {
  node = await freshEventStore();
  store = new EventStore(node.url);
  here = new DecisionRunner(store, codec, clientDecider);
  there = new DecisionRunner(store, codec, clientDecider);
});
afterAll(async () => {
  await store.close();
  await node.close();
});

/** What is wanted of a client: of few things, so that wishes get in each other's way. */
interface Wish {
  readonly what: string;
  readonly which: number;
  readonly late: number;
}
interface Step extends Wish {
  readonly wait: number;
  /** sent so many times more at once, and as many again once the next things have happened */
  readonly twice: number;
  readonly elsewhere: boolean;
}

const WISHES = [
  ...['serve', 'serve', 'serve', 'void', 'correct', 'lapse', 'tag', 'untag', 'note'],
  ...['complain', 'resolve', 'book', 'cancel', 'enrol', 'end', 'close', 'reopen'],
];
const wish = { what: fc.constantFrom(...WISHES), which: fc.nat(2), late: fc.integer({ min: 0, max: 120 }) };
const step = fc.record<Step>({
  ...{ ...wish, wait: fc.integer({ min: 0, max: 80 }) },
  ...{ twice: fc.nat(2), elsewhere: fc.boolean() },
});

function intentOf({ what, which, late }: Wish, clientId: string, now: Instant): ClientIntent {
  const id = (thing: string) => uuidv5(`${thing}/${which}`, clientId);
  const intents: Record<string, ClientIntent> = {
    serve: { kind: 'RecordService', data: { serviceId: id('service'), serviceType: 'cut' } },
    void: { kind: 'VoidService', data: { serviceId: id('service') } },
    correct: {
      kind: 'CorrectService',
      data: { serviceId: id('service'), servicedAt: plusDays(now, -late) },
    },
    lapse: { kind: 'LapseClient', data: {} },
    tag: { kind: 'AddTag', data: { tag: `t${which}` } },
    untag: { kind: 'RemoveTag', data: { tag: `t${which}` } },
    note: { kind: 'AddNote', data: { noteId: id('note'), text: 'a note' } },
    complain: { kind: 'RaiseComplaint', data: { complaintId: id('complaint') } },
    resolve: { kind: 'ResolveComplaint', data: { complaintId: id('complaint') } },
    book: {
      kind: 'MakeBooking',
      data: { bookingId: id('booking'), scheduledFor: plusDays(now, late) },
    },
    cancel: { kind: 'CancelBooking', data: { bookingId: id('booking') } },
    enrol: { kind: 'EnrolPlan', data: { planId: id('plan'), intervalDays: 14 } },
    end: { kind: 'EndPlan', data: { planId: id('plan') } },
    close: { kind: 'CloseClient', data: { reason: 'price' } },
    reopen: { kind: 'ReopenClient', data: {} },
  };
  return intents[what] as ClientIntent;
}

interface Command {
  readonly clientId: string;
  readonly commandId: string;
  readonly intent: ClientIntent;
  readonly at: Instant;
  readonly now: Instant;
}

const convert = (clientId: string): Command => ({
  ...{ clientId, commandId: uuidv4(), intent: { kind: 'ConvertClient', data: {} } },
  ...{ at: START, now: START },
});
function commandOf(given: Wish, clientId: string, now: Instant): Command {
  const past = plusDays(now, -given.late);
  const at = given.what === 'serve' && past > START ? past : now;
  return { clientId, commandId: uuidv4(), intent: intentOf(given, clientId, now), at, now };
}

const decided = (state: ClientState, { clientId, intent, at, now }: Command) =>
  clientDecider.decide(state, commandsTo(clientId)(intent, at, now));

const send = (runner: typeof here, command: Command): Promise<Outcome | Rejection> =>
  runner.run({
    stream: clientStream(command.clientId),
    context: {
      ...{ commandId: command.commandId, correlationId: 'c', causationId: 'c' },
      fingerprint: JSON.stringify(command.intent),
      actor: { id: 'tester', role: 'staff' },
      source: 'api',
    },
    decide: (state) => decided(state, command),
  });

const recordedOf = async (clientId: string): Promise<ClientEvent[]> =>
  (await store.readStream(clientStream(clientId))).map((event) => codec.decode(event).event);

/** @returns the facts that the commands come to, one after the other, each said once */
function cleanRun(commands: readonly Command[], from = clientDecider.initial): ClientEvent[] {
  const facts: ClientEvent[] = [];
  let state = from;
  for (const command of commands) {
    const decision = decided(state, command);
    if (decision instanceof Rejection) continue;
    facts.push(...decision);
    state = decision.reduce(clientDecider.evolve, state);
  }
  return facts;
}

const hasRecorded = (outcome: Outcome | Rejection): outcome is Outcome =>
  !(outcome instanceof Rejection) && outcome.events.length > 0;

describe('commands to one client', () => {
  it('said over and over, at once and later, by two processes, come to the facts of the clean run', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const clientId = uuidv4();
        const commands = [convert(clientId)];
        await send(here, commands[0] as Command);
        const toRepeat: { command: Command; answer: Outcome; times: number }[] = [];
        let now = START;
        for (const one of steps) {
          now = plusDays(now, one.wait);
          const command = commandOf(one, clientId, now);
          commands.push(command);
          const [first, second] = one.elsewhere ? [here, there] : [there, here];
          const answer = await send(first, command);
          for (let time = 0; time < one.twice; time++) expect(await send(second, command)).toEqual(answer);
          // Said again later, when it would come to something else; what came to nothing may well come to something then.
          for (const again of toRepeat) {
            const late = { ...again.command, now };
            if (again.times-- > 0) expect(await send(second, late)).toEqual(again.answer);
          }
          if (hasRecorded(answer)) toRepeat.push({ command, answer, times: one.twice });
        }
        expect(await recordedOf(clientId)).toEqual(cleanRun(commands));
      }),
      { numRuns: 60 },
    ));

  it('of two at the same moment, each said by two processes, come to the facts of one before the other', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, fc.record(wish)), { maxLength: 8 }), async (pairs) => {
        const clientId = uuidv4();
        await send(here, convert(clientId));
        let facts = await recordedOf(clientId);
        let now = START;
        for (const [one, other] of pairs) {
          now = plusDays(now, one.wait);
          const [a, b] = [commandOf(one, clientId, now), commandOf(other, clientId, now)];
          const answers = await Promise.all(
            [a, b].flatMap((command) => [here, there].map((runner) => send(runner, command))),
          );
          const state = facts.reduce(clientDecider.evolve, clientDecider.initial);
          const added = (await recordedOf(clientId)).slice(facts.length);
          expect([cleanRun([a, b], state), cleanRun([b, a], state)]).toContainEqual(added);
          // Whoever is told that something was recorded is told of the same facts, and all that was recorded was told.
          const told = [answers.slice(0, 2), answers.slice(2)].map((both) =>
            both.filter(hasRecorded).map(({ events }) => JSON.stringify(events)),
          );
          for (const same of told) expect(new Set(same).size).toBeLessThanOrEqual(1);
          const types = told.flatMap(([first]) =>
            first === undefined ? [] : (JSON.parse(first) as { type: string }[]).map(({ type }) => type),
          );
          expect(types.sort()).toEqual(added.map(({ type }) => type).sort());
          facts = [...facts, ...added];
        }
      }),
      { numRuns: 60 },
    ));
});
