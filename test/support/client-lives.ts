import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { Rejection } from '../../src/event-store/decider.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { FoldRule, Row } from '../../src/projecting/projection.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo } from './commands.js';
import { EventLog } from './recorded-events.js';

/** A life in steps: time passes, then something happens, dated now or some days back. */
export interface Step {
  readonly wait: number;
  readonly late: number;
  readonly what: 'service' | 'sweep' | 'tag' | 'untag' | 'complain' | 'resolve' | 'note';
}

const start = '2024-01-01T00:00:00.000Z';

const step = fc.record<Step>({
  wait: fc.integer({ min: 0, max: 120 }),
  late: fc.integer({ min: 0, max: 400 }),
  what: fc.constantFrom(
    'service',
    'service',
    'service',
    'sweep',
    'tag',
    'untag',
    'complain',
    'resolve',
    'note',
  ),
});

/** Lives with lapses, returns, late paperwork that withdraws them, and several facts at one instant. */
export const lives = fc.array(step, { maxLength: 25 });

/** @returns every fact that the decider makes of a life, in the order of recording, and the state it leaves */
export function lifeOf(
  clientId: string,
  steps: readonly Step[],
): { events: ClientEvent[]; state: ClientState } {
  const events: ClientEvent[] = [];
  let state = clientDecider.initial;
  const command = commandsTo(clientId);
  const send = (intent: ClientIntent, at: Instant, now: Instant) => {
    const decision = clientDecider.decide(state, command(intent, at, now));
    // Resolving what is resolved, say: refused, and life goes on.
    if (decision instanceof Rejection) return;
    events.push(...decision);
    state = decision.reduce(clientDecider.evolve, state);
  };
  send({ kind: 'ConvertClient', data: { name: 'Ada', tags: ['vip'] } }, start, start);
  let elapsed = 0;
  steps.forEach(({ wait, late, what }, index) => {
    elapsed += wait;
    const now = plusDays(start, elapsed);
    const at = plusDays(start, Math.max(0, elapsed - late));
    const id = uuidv5(String(index), clientId);
    const complaintId = uuidv5('complaint', clientId);
    const intents: Record<Step['what'], ClientIntent> = {
      service: {
        kind: 'RecordService',
        data: { serviceId: id, amountMinor: 100 * index, currency: index % 2 ? 'CAD' : 'JPY' },
      },
      sweep: { kind: 'LapseClient', data: {} },
      tag: { kind: 'AddTag', data: { tag: 'vip' } },
      untag: { kind: 'RemoveTag', data: { tag: 'vip' } },
      complain: { kind: 'RaiseComplaint', data: { complaintId } },
      resolve: { kind: 'ResolveComplaint', data: { complaintId } },
      note: { kind: 'AddNote', data: { noteId: id, text: 'a note' } },
    };
    send(intents[what], what === 'resolve' ? now : at, now);
  });
  return { events, state };
}

/** @returns the facts of one client as they would be read back from the store, recorded after all of them happened */
export function recordedLife(clientId: string, events: readonly ClientEvent[]): RecordedEvent<ClientEvent>[] {
  const log = new EventLog<ClientEvent>();
  events.forEach(({ type, data, occurredAt }, index) =>
    log.record(clientStream(clientId), type, data, {
      at: occurredAt,
      recordedAt: plusDays(start, 4_000 + index),
    }),
  );
  return log.events;
}

/** @returns the row that a fold makes of the facts of one client */
export function folded<R extends Row>(
  rule: FoldRule<never, R>,
  events: readonly RecordedEvent<ClientEvent>[],
): R | null {
  type Evolve = (row: R | null, event: RecordedEvent<ClientEvent>) => R | null;
  const handlers = rule.evolve as unknown as Record<string, Evolve | undefined>;
  return events.reduce<R | null>((row, one) => handlers[one.event.type]?.(row, one) ?? row, null);
}
