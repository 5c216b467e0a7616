import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { Rejection } from '../../src/event-store/decider.js';
import type { LapsePolicy } from '../../src/policy/lapse-policy.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo } from './commands.js';

/** What can happen to a client that bears on its lapses. */
const HAPPENINGS = [
  ...['service', 'service', 'service', 'correct', 'correct', 'void', 'sweep', 'sweep', 'note'],
  ...['book', 'move', 'cancel', 'miss', 'keep', 'enrol', 'change', 'end', 'close', 'reopen'],
] as const;

/** Time passes, then something happens, to the one that `which` points at; `days` are its own. */
export interface BusyStep {
  readonly wait: number;
  readonly what: string;
  readonly which: number;
  readonly days: number;
  /** how many days afterwards it is told; services that keep no booking only, unless `lateTalk` */
  readonly late: number;
}

export const busyLives: fc.Arbitrary<BusyStep[]> = fc.array(
  fc.record<BusyStep>({
    wait: fc.integer({ min: 0, max: 60 }),
    what: fc.constantFrom(...HAPPENINGS),
    which: fc.nat(5),
    days: fc.integer({ min: 0, max: 150 }),
    late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 })),
  }),
  { maxLength: 30 },
);

export const fixedPolicies: fc.Arbitrary<LapsePolicy> = fc
  .integer({ min: 1, max: 150 })
  .map((windowDays) => ({ kind: 'fixed', version: 1, windowDays }));

export const policies: fc.Arbitrary<LapsePolicy> = fc.oneof(
  fixedPolicies,
  fc.record({
    kind: fc.constant('graded' as const),
    version: fc.constant(1),
    factor: fc.constantFrom(1, 1.1, 2),
    floorDays: fc.integer({ min: 1, max: 40 }),
    defaultDays: fc.integer({ min: 40, max: 120 }),
    tradeDays: fc.constant({ salon: 45 }),
    serviceTypeDays: fc.constant({ cut: 50 }),
    ownCadence: fc.boolean(),
  }),
);

export const START = '2024-01-01T00:00:00.000Z';

export interface Told {
  readonly now: Instant;
  readonly what: string;
  readonly before: ClientState;
  readonly events: readonly ClientEvent[];
  readonly state: ClientState;
}

interface Telling {
  readonly policyAt: (step: number) => LapsePolicy;
  /** whether all but the keeping of a booking may be told later than it happened */
  readonly lateTalk?: boolean;
  /** sweeps where the life has them, after every step, or never but at the end */
  readonly sweeps?: 'as told' | 'always' | 'at the end';
}

/** Lives through a life; what is refused did not happen. @returns every decision that was taken, in order */
export function live(clientId: string, steps: readonly BusyStep[], telling: Telling): Told[] {
  const { policyAt, lateTalk = false, sweeps = 'as told' } = telling;
  const told: Told[] = [];
  const ids = { services: [] as string[], bookings: [] as string[], plans: [] as string[] };
  let state = clientDecider.initial;
  let now = START;
  const send = (what: string, intent: ClientIntent, at: Instant, step: number): boolean => {
    const command = commandsTo(clientId, policyAt(step))(intent, at, now);
    const events = clientDecider.decide(state, command);
    if (events instanceof Rejection) return false;
    const before = state;
    state = events.reduce(clientDecider.evolve, state);
    told.push({ now, what, before, events, state });
    return true;
  };
  const sweep = (step: number) => send('sweep', { kind: 'LapseClient', data: {} }, now, step);

  send('convert', { kind: 'ConvertClient', data: { trade: 'salon' } }, START, 0);
  steps.forEach((step, index) => {
    const { what, which, late, wait } = step;
    now = plusDays(now, wait);
    const past = plusDays(now, -late);
    const earlier = past < START ? START : past;
    const ofService = ['service', 'keep'].includes(what);
    const at = what === 'service' || (lateTalk && what !== 'keep') ? earlier : now;
    const id = uuidv5(String(index), clientId);
    const pick = (list: readonly string[]) => list[list.length - 1 - (which % Math.max(1, list.length))];
    if (what === 'sweep') {
      if (sweeps === 'as told') sweep(index);
    } else {
      const intent = intentOf(what, id, step, { now, at, pick, ids, state });
      if (intent && send(what, intent, at, index)) {
        if (ofService) ids.services.push(id);
        if (what === 'book') ids.bookings.push(id);
        if (what === 'enrol') ids.plans.push(id);
      }
    }
    if (sweeps === 'always') sweep(index);
  });
  sweep(steps.length);
  return told;
}

interface Circumstances {
  readonly now: Instant;
  readonly at: Instant;
  readonly pick: (list: readonly string[]) => string | undefined;
  readonly ids: Readonly<Record<'services' | 'bookings' | 'plans', readonly string[]>>;
  readonly state: ClientState;
}

function intentOf(
  what: string,
  id: string,
  { which, days }: BusyStep,
  { now, at, pick, ids, state }: Circumstances,
): ClientIntent | null {
  const serviceId = pick(ids.services);
  const bookingId = pick(ids.bookings);
  const planId = pick(ids.plans);
  const serviceType = which % 2 ? { serviceType: 'Cut' } : {};
  switch (what) {
    case 'service':
      return { kind: 'RecordService', data: { serviceId: id, ...serviceType } };
    case 'keep':
      // To have kept what was called off says that it held the client after all.
      return bookingId && state.bookings.get(bookingId)?.status === 'booked'
        ? { kind: 'RecordService', data: { serviceId: id, bookingId } }
        : null;
    case 'correct': {
      const moved = plusDays(now, -days);
      return serviceId ? { kind: 'CorrectService', data: { serviceId, servicedAt: moved } } : null;
    }
    case 'void':
      return serviceId ? { kind: 'VoidService', data: { serviceId } } : null;
    case 'note':
      return { kind: 'AddNote', data: { noteId: id, text: 'a note' } };
    case 'book':
      return { kind: 'MakeBooking', data: { bookingId: id, scheduledFor: plusDays(at, days) } };
    case 'move':
      // One whose day has passed holds nobody any more; moved then, it would seem to have held all along.
      return bookingId && (state.bookings.get(bookingId)?.scheduledFor ?? '') > now
        ? { kind: 'MoveBooking', data: { bookingId, scheduledFor: plusDays(now, days) } }
        : null;
    case 'cancel':
      return bookingId ? { kind: 'CancelBooking', data: { bookingId } } : null;
    case 'miss':
      return bookingId ? { kind: 'RecordNoShow', data: { bookingId } } : null;
    case 'enrol':
      return { kind: 'EnrolPlan', data: { planId: id, intervalDays: 1 + days } };
    case 'change':
      return planId ? { kind: 'ChangePlan', data: { planId, intervalDays: 1 + days } } : null;
    case 'end':
      return planId ? { kind: 'EndPlan', data: { planId } } : null;
    case 'close':
      return { kind: 'CloseClient', data: { reason: 'price' } };
    case 'reopen':
      return { kind: 'ReopenClient', data: {} };
    default:
      throw new Error(`nothing is known of ${what}`);
  }
}
