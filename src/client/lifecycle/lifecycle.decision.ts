import { Rejection, type Decision } from '../../event-store/decider.js';
import type { ClientCommandOf, CommandFrame } from '../client-command.js';
import type { Items } from '../items.js';
import { keptBy, type Booking } from '../plans/booking.decision.js';
import type { Plan } from '../plans/plan.decision.js';
import type { Attempts } from '../contact/contact.decision.js';
import type { ClientRecord } from '../record/details.decision.js';
import { unpaired } from '../money.js';
import { slice } from '../slice.js';
import { evolveLifecycle, lifeEvents, noLifecycle, stateOf, type Lifecycle } from './lifecycle.evolve.js';
import type {
  Conversion,
  CorrectedDetails,
  LifecycleEvent,
  Service,
  ServiceCorrection,
  ServiceVoid,
  VoidReason,
} from './lifecycle.events.js';
import type { ServiceMark } from './lifecycle.marks.js';
import { lapseDueBy, reconcile, type Judging } from './reconcile.js';

export type ConvertClient = ClientCommandOf<'ConvertClient', Conversion>;
export type RecordService = ClientCommandOf<'RecordService', Service>;
export type CorrectService = ClientCommandOf<'CorrectService', CorrectedDetails & { serviceId: string }>;
export type VoidService = ClientCommandOf<'VoidService', VoidReason & { serviceId: string }>;
/** The clock's command. */
export type LapseClient = ClientCommandOf<'LapseClient', Record<string, never>>;

/** What the lifecycle has to know of the rest of a client: what bears on its lapses and returns. */
export interface AroundLifecycle {
  readonly lifecycle: Lifecycle;
  readonly record: ClientRecord;
  readonly plans: Items<Plan>;
  readonly bookings: Items<Booking>;
  readonly attempts: Attempts;
}

type LifecycleDecision = Decision<LifecycleEvent>;
type LifecycleCommand = ConvertClient | RecordService | CorrectService | VoidService | LapseClient;

export const lifecycleSlice = slice<LifecycleCommand, AroundLifecycle>()({
  initial: noLifecycle,
  evolve: Object.fromEntries(Object.keys(lifeEvents).map((type) => [type, evolveLifecycle])),
  decide: {
    ConvertClient: convertClient,
    RecordService: recordService,
    CorrectService: correctService,
    VoidService: voidService,
    LapseClient: (_lifecycle, command, client) => overdueLapse(command, client),
  },
});

/** @param because the service behind it */
export function judging(frame: CommandFrame, client: AroundLifecycle, because?: string): Judging {
  const { clientId, now, lapsesUpTo, policy } = frame;
  const { record, plans, bookings, attempts, lifecycle } = client;
  const surroundings = { trade: record.trade, plans, bookings, closures: lifecycle.closures };
  return { clientId, now, lapsesUpTo, policy, surroundings, attempts, because };
}

/**
 * The lapse that is due and not on record yet. It is recorded before any further fact, as a sweep in time would have
 * done: what is told later (a booking, a plan, a closure) then bears on it no more than if the clock were never late.
 */
export function overdueLapse(frame: CommandFrame, client: AroundLifecycle): LifecycleEvent[] {
  return lapseDueBy(client.lifecycle, frame.lapsesUpTo, judging(frame, client));
}

/** Only on an empty stream: a client converts once. */
function convertClient(lifecycle: Lifecycle, command: ConvertClient): LifecycleDecision {
  if (lifecycle.convertedAt !== null) {
    return Rejection.illegal(
      stateOf(lifecycle),
      'convert-once',
      `the client converted on ${lifecycle.convertedAt}`,
    );
  }
  return [{ type: 'ClientConverted', data: command.data, occurredAt: command.at }];
}

/**
 * Records a service, and with it, in the same append, whatever it makes true of lapses and returns: the lapse that was
 * due before it and not yet recorded, the return of a lapsed client, or, for a service recorded late, the withdrawal of
 * a lapse or a return that its date disproves.
 */
function recordService(
  lifecycle: Lifecycle,
  command: RecordService,
  client: AroundLifecycle,
): LifecycleDecision {
  const { data, at } = command;
  const once = ({ serviceId }: ServiceMark) => serviceId === data.serviceId;
  if (lifecycle.services.some(once) || lifecycle.voided.some(once)) {
    return Rejection.illegal(
      stateOf(lifecycle),
      'record-once',
      `service ${data.serviceId} is already recorded`,
    );
  }
  const fault = unpaired(data);
  if (fault) return fault;
  const latest = lifecycle.services.at(-1);
  const due = latest && latest.at > at ? [] : lapseDueBy(lifecycle, at, judging(command, client));
  const serviced = { type: 'ClientServiced', data, occurredAt: at } as const;
  // A booking that it fulfils keeps the client no longer than to it.
  const then = { ...client, bookings: keptBy(client.bookings, serviced) };
  return withConsequences(lifecycle, [...due, serviced], judging(command, then, data.serviceId));
}

/** Puts right what was recorded of a service; what follows from it of lapses and returns is put right with it. */
function correctService(
  lifecycle: Lifecycle,
  command: CorrectService,
  client: AroundLifecycle,
): LifecycleDecision {
  const { serviceId, ...details } = command.data;
  const mark = lifecycle.services.find((service) => service.serviceId === serviceId);
  if (!mark) return missing(lifecycle, serviceId);
  const { amountMinor = mark.amountMinor, currency = mark.currency, servicedAt = mark.at } = details;
  if (servicedAt > command.now) {
    return Rejection.invalid('servicedAt', `must not lie in the future; it is ${command.now} now`);
  }
  const fault = unpaired({ amountMinor, currency });
  if (fault) return fault;
  const { reason: _reason, ...changes } = details;
  const known = { ...mark, servicedAt: mark.at } as Record<string, unknown>;
  if (Object.entries(changes).every(([name, value]) => known[name] === value)) return [];
  const data: ServiceCorrection = {
    ...details,
    serviceId,
    servicedAt,
    ...(amountMinor === undefined ? {} : { amountMinor, currency }),
    previouslyServicedAt: mark.at,
    ...(mark.amountMinor === undefined
      ? {}
      : { previousAmountMinor: mark.amountMinor, previousCurrency: mark.currency }),
  };
  const corrected = { type: 'ServiceCorrected', data, occurredAt: command.at } as const;
  return withConsequences(lifecycle, [corrected], judging(command, client, serviceId));
}

/** A service that never was. Voiding it again changes nothing. */
function voidService(lifecycle: Lifecycle, command: VoidService, client: AroundLifecycle): LifecycleDecision {
  const { serviceId, reason } = command.data;
  if (lifecycle.voided.some((service) => service.serviceId === serviceId)) return [];
  const mark = lifecycle.services.find((service) => service.serviceId === serviceId);
  if (!mark) return missing(lifecycle, serviceId);
  const { at: servicedAt, amountMinor, currency } = mark;
  const data: ServiceVoid = {
    serviceId,
    ...(reason === undefined ? {} : { reason }),
    servicedAt,
    ...(amountMinor === undefined ? {} : { amountMinor, currency }),
  };
  const voided = { type: 'ServiceVoided', data, occurredAt: command.at } as const;
  return withConsequences(lifecycle, [voided], judging(command, client, serviceId));
}

/** @returns facts that change the services, and what they make true of lapses and returns */
function withConsequences(
  before: Lifecycle,
  events: readonly LifecycleEvent[],
  about: Judging,
): LifecycleEvent[] {
  const after = events.reduce(evolveLifecycle, before);
  const consequences = reconcile(before, after, about);
  const then = consequences.reduce(evolveLifecycle, after);
  return [...events, ...consequences, ...lapseDueBy(then, about.lapsesUpTo, about)];
}

function missing(lifecycle: Lifecycle, serviceId: string): Rejection {
  return lifecycle.voided.some((service) => service.serviceId === serviceId)
    ? Rejection.illegal('voided', 'correct-what-stands', `service ${serviceId} is void`)
    : Rejection.unknown(`the client has no service ${serviceId}`);
}
