import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { lifeOf } from '../../src/client/identity/identity.decision.js';
import { beganAt, stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { Rejection } from '../../src/event-store/decider.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo } from './commands.js';
import { EventLog } from './recorded-events.js';

const HAPPENINGS = [
  ...(['service', 'service', 'service', 'service', 'service', 'service', 'correct', 'correct'] as const),
  ...([
    'reprice',
    'void',
    'void',
    'merge',
    'merge',
    'unmerge',
    'unmerge',
    'close',
    'reopen',
    'sweep',
  ] as const),
  ...(['tag', 'untag', 'complain', 'resolve'] as const),
];

/** What makes work for the staff, and does away with it. */
export const WORK = [
  ...(['book', 'book', 'cancel', 'keep', 'treat', 'invoice', 'invoice', 'pay', 'overdue'] as const),
  ...(['promise', 'fulfil', 'enrol', 'end', 'install', 'retire', 'recommend', 'accept', 'attempt'] as const),
];

type Happening = (typeof HAPPENINGS)[number] | (typeof WORK)[number];

/** Something happens to one of the clients to whom it can, at an instant; `which` points at one of its services, or at another client. */
export interface PooledStep {
  readonly what: Happening;
  readonly who: number;
  readonly which: number;
  readonly at: Instant;
  readonly amount: { readonly amountMinor: number; readonly currency: string } | null;
}

export interface PooledLives {
  /** when each of the clients converted */
  readonly conversions: readonly Instant[];
  /** in the order in which they are recorded */
  readonly steps: readonly PooledStep[];
}

/**
 * Lives of a few clients that are merged and unmerged, with services corrected and voided before, meanwhile and after.
 * @param more what else is to happen
 */
export const pooledLives = (
  instants: fc.Arbitrary<Instant>,
  more: readonly Happening[] = [],
): fc.Arbitrary<PooledLives> =>
  fc.record({
    conversions: fc.array(instants, { minLength: 2, maxLength: 4 }),
    steps: fc.array(
      fc.record<PooledStep>({
        what: fc.constantFrom(...HAPPENINGS, ...more),
        who: fc.nat(100),
        which: fc.nat(100),
        at: instants,
        amount: fc.option(
          fc.record({
            amountMinor: fc.constantFrom(0, 1, 8200),
            currency: fc.constantFrom('EUR', 'CHF'),
          }),
        ),
      }),
      { minLength: 5, maxLength: 40, size: 'max' },
    ),
  });

/** Instants of a year and a half, whole days apart so that several facts share one. */
export const someDays = fc
  .integer({ min: 0, max: 540 })
  .map((day) => plusDays('2023-01-01T00:00:00.000Z', day));

const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)];

const other = (clients: readonly string[], than: string, which: number) =>
  pick(
    clients.filter((one) => one !== than),
    which,
  );

const client = (number: number) => `0000000a-0000-4000-8000-${String(number).padStart(12, '0')}`;

/**
 * @returns every fact that the deciders make of the lives, in one log, recorded a second apart; where in it each append begins;
 *   and what each client comes to
 */
export function livedTogether({ conversions, steps }: PooledLives): {
  facts: RecordedEvent<ClientEvent>[];
  appends: readonly number[];
  states: ReadonlyMap<string, ClientState>;
} {
  const log = new EventLog<ClientEvent>();
  const clients = conversions.map((_at, number) => client(number));
  const states = new Map(clients.map((clientId) => [clientId, clientDecider.initial]));
  const appends: number[] = [];
  let now = '';
  const knownOf = (clientId: string) => states.get(clientId) as ClientState;
  const lifecycleOf = (clientId: string) => knownOf(clientId).lifecycle;
  const send = (clientId: string, intent: ClientIntent, at: Instant): readonly ClientEvent[] | null => {
    const events = clientDecider.decide(knownOf(clientId), commandsTo(clientId)(intent, at, now));
    // Voiding what is void, say: refused, and life goes on.
    if (events instanceof Rejection) return null;
    if (events.length > 0) appends.push(log.events.length);
    for (const { type, data, occurredAt } of events) {
      const recordedAt = new Date(Date.UTC(2030, 0) + 1_000 * log.events.length).toISOString();
      log.record(clientStream(clientId), type, data, { at: occurredAt, recordedAt });
    }
    states.set(clientId, events.reduce(clientDecider.evolve, knownOf(clientId)));
    return events;
  };

  conversions.forEach((at, number) => {
    now = at > now ? at : now;
    send(client(number), { kind: 'ConvertClient', data: { tags: ['vip'] } }, at);
  });
  steps.forEach(({ what, who, which, at, amount }, index) => {
    now = at > now ? at : now;
    const inState = (state: string) => clients.filter((one) => stateOf(lifecycleOf(one)) === state);
    const merged = inState('merged');
    const living = clients.filter((one) => !merged.includes(one));
    const candidates = { unmerge: merged, reopen: inState('closed') } as Partial<Record<string, string[]>>;
    const clientId = pick(candidates[what] ?? living, who);
    if (clientId === undefined) return;
    const { services } = lifecycleOf(clientId);
    const serviceId = pick(services, which)?.serviceId ?? uuidv5('none', clientId);
    const complaintId = uuidv5(`complaint ${which % 3}`, clientId);
    if (what === 'merge') return merge(clientId, other(living, clientId, which), at);
    if (what === 'unmerge') return unmerge(clientId, which, at);
    const id = uuidv5(String(index), clientId);
    const own = { id, serviceId, complaintId, at, which, amount, client: knownOf(clientId) };
    return void send(clientId, intents(own)[what], at);
  });

  function merge(absorbedId: string, survivorId: string | undefined, at: Instant): void {
    if (survivorId === undefined) return;
    send(absorbedId, { kind: 'MergeInto', data: { survivorId } }, at);
    const life = lifeOf(knownOf(absorbedId));
    const convertedAt = beganAt(lifecycleOf(absorbedId)) as Instant;
    send(survivorId, { kind: 'AbsorbClient', data: { absorbedId, convertedAt, life } }, at);
  }

  /** Every other time, what the survivor recorded last goes with the one who leaves. */
  function unmerge(absorbedId: string, which: number, at: Instant): void {
    const { survivorId } = lifecycleOf(absorbedId).mergedInto as { survivorId: string };
    const own = lifecycleOf(survivorId).services.filter(({ of }) => of === undefined);
    const assigned = which % 2 ? own.slice(-1).map(({ serviceId }) => serviceId) : [];
    const released = send(survivorId, { kind: 'ReleaseClient', data: { absorbedId, assigned } }, at);
    const unmerged = released?.find(({ type }) => type === 'ClientUnmerged');
    if (unmerged?.type !== 'ClientUnmerged') return;
    send(absorbedId, { kind: 'RestoreClient', data: { survivorId, life: unmerged.data.life } }, at);
  }

  return { facts: log.events, appends, states };
}

interface Given extends Pick<PooledStep, 'at' | 'amount' | 'which'> {
  readonly client: ClientState;
  readonly id: string;
  readonly serviceId: string;
  readonly complaintId: string;
}

const intents = ({ id, serviceId, complaintId, at, which, amount, client }: Given) => {
  const one = (items: { keySeq(): Iterable<string> }) => pick([...items.keySeq()], which) ?? id;
  const day = (days: number) => plusDays(at, days).slice(0, 10);
  return {
    service: { kind: 'RecordService', data: { serviceId: id, ...amount } },
    correct: { kind: 'CorrectService', data: { serviceId, servicedAt: at } },
    reprice: {
      kind: 'CorrectService',
      data: { serviceId, ...(amount ?? { amountMinor: 7, currency: 'EUR' }) },
    },
    void: { kind: 'VoidService', data: { serviceId } },
    close: { kind: 'CloseClient', data: { reason: 'other' } },
    reopen: { kind: 'ReopenClient', data: {} },
    sweep: { kind: 'LapseClient', data: {} },
    tag: { kind: 'AddTag', data: { tag: 'vip' } },
    untag: { kind: 'RemoveTag', data: { tag: 'vip' } },
    complain: { kind: 'RaiseComplaint', data: { complaintId } },
    resolve: { kind: 'ResolveComplaint', data: { complaintId } },
    book: { kind: 'MakeBooking', data: { bookingId: id, scheduledFor: plusDays(at, which) } },
    cancel: { kind: 'CancelBooking', data: { bookingId: one(client.bookings) } },
    keep: {
      kind: 'RecordService',
      data: { serviceId: id, serviceType: pick(['cut', 'colour'], which), bookingId: one(client.bookings) },
    },
    treat: { kind: 'RecordService', data: { serviceId: id, serviceType: pick(['cut', 'colour'], which) } },
    invoice: {
      kind: 'IssueInvoice',
      data: { invoiceId: id, amountMinor: 100, currency: 'EUR', ...(which % 2 ? { dueOn: day(which) } : {}) },
    },
    pay: {
      kind: 'PayInvoice',
      data: { invoiceId: one(client.invoices), amountMinor: which % 3 ? 100 : 40, currency: 'EUR' },
    },
    overdue: { kind: 'DeclareOverdue', data: { invoiceId: one(client.invoices) } },
    promise: {
      kind: 'ScheduleFollowUp',
      data: { followUpId: id, dueAt: plusDays(at, which), topic: 'rebooking' },
    },
    fulfil: { kind: 'CompleteFollowUp', data: { followUpId: one(client.followUps) } },
    enrol: { kind: 'EnrolPlan', data: { planId: id, intervalDays: 30, endsOn: day(which) } },
    end: { kind: 'EndPlan', data: { planId: one(client.plans) } },
    install: { kind: 'InstallEquipment', data: { equipmentId: id, kind: 'boiler' } },
    retire: { kind: 'RetireEquipment', data: { equipmentId: one(client.equipment) } },
    recommend: {
      kind: 'MakeRecommendation',
      data: { recommendationId: id, serviceType: 'descaling', expiresAt: plusDays(at, which) },
    },
    accept: { kind: 'AcceptRecommendation', data: { recommendationId: one(client.recommendations) } },
    attempt: { kind: 'AttemptReactivation', data: { attemptId: id, channel: 'email' } },
  } satisfies Record<string, ClientIntent>;
};
