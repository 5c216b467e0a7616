import { v5 as uuidv5 } from 'uuid';
import { Rejection, type Decision } from '../../event-store/decider.js';
import { plusDays, wholeDaysBetween, type Instant } from '../../schema/instant.js';
import { deriveLifecycle, type DerivedLapse } from './derive-lifecycle.js';
import type { LapsePolicy } from './lapse-policy.js';
import {
  evolveLifecycle,
  stateOf,
  type LapseMark,
  type Lifecycle,
  type ServiceMark,
} from './lifecycle.evolve.js';
import type { Conversion, LifecycleEvent, Service } from './lifecycle.events.js';

export interface ConvertClient {
  readonly kind: 'ConvertClient';
  readonly at: Instant;
  readonly now: Instant;
  readonly data: Conversion;
}

export interface RecordService {
  readonly kind: 'RecordService';
  readonly clientId: string;
  readonly at: Instant;
  readonly now: Instant;
  /** lapses due up to here are put on record: now, or, on the way through an imported life, no further than `at` */
  readonly lapsesUpTo: Instant;
  readonly policy: LapsePolicy;
  readonly data: Service;
}

export interface LapseClient {
  readonly kind: 'LapseClient';
  readonly clientId: string;
  readonly now: Instant;
  readonly policy: LapsePolicy;
}

type LifecycleDecision = Decision<LifecycleEvent>;

/** Only on an empty stream: a client converts once. */
export function convertClient(lifecycle: Lifecycle, command: ConvertClient): LifecycleDecision {
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
export function recordService(lifecycle: Lifecycle, command: RecordService): LifecycleDecision {
  const { data, at, policy } = command;
  if (lifecycle.services.some(({ serviceId }) => serviceId === data.serviceId)) {
    return Rejection.illegal(
      stateOf(lifecycle),
      'record-once',
      `service ${data.serviceId} is already recorded`,
    );
  }
  if ((data.amountMinor === undefined) !== (data.currency === undefined)) {
    const missing = data.currency === undefined ? 'currency' : 'amountMinor';
    return Rejection.invalid(missing, 'an amount needs a currency, and a currency an amount');
  }
  const events: LifecycleEvent[] = [];
  const latest = lifecycle.services.at(-1);
  if (latest && latest.at <= at) {
    events.push(...lapseDue(lifecycle, command.clientId, policy, at));
  }
  events.push({ type: 'ClientServiced', data, occurredAt: at });
  events.push(...reconcileAround(events.reduce(evolveLifecycle, lifecycle), command));
  const after = events.reduce(evolveLifecycle, lifecycle);
  return [...events, ...lapseDue(after, command.clientId, policy, command.lapsesUpTo)];
}

/** The clock's command. The decider looks for itself: where nothing is due, nothing happens. */
export function lapseClient(lifecycle: Lifecycle, command: LapseClient): LifecycleDecision {
  return lapseDue(lifecycle, command.clientId, command.policy, command.now);
}

/** @returns the lapse that is due by now: none where no clock runs (never serviced, or lapsed already) */
function lapseDue(
  lifecycle: Lifecycle,
  clientId: string,
  policy: LapsePolicy,
  now: Instant,
): LifecycleEvent[] {
  const last = lifecycle.services.at(-1);
  if (!last || stateOf(lifecycle) === 'lapsed') return [];
  const at = plusDays(last.at, policy.windowDays);
  if (at > now) return [];
  const lapse = { lastServicedAt: last.at, at, windowDays: policy.windowDays };
  return [lapsed(lifecycle, clientId, policy, lapse)];
}

/**
 * A service changes only the gap it falls into: what was one gap, from the service before to the one after, is now two.
 * So the recorded lapses of that gap are set against those of the two, whatever the length of the client's life.
 */
function reconcileAround(lifecycle: Lifecycle, command: RecordService): LifecycleEvent[] {
  const { clientId, policy, now, lapsesUpTo } = command;
  const { serviceId } = command.data;
  const { services } = lifecycle;
  const place = services.findLastIndex((service) => service.serviceId === serviceId);
  const before = services[place - 1];
  const after = services[place + 1];
  const around = services.slice(Math.max(0, place - 1), place + 2);
  const recorded = lifecycle.lapses.filter(({ lastServicedAt }) => lastServicedAt === before?.at);
  const windowAfter = (service: ServiceMark) =>
    recorded.find(({ lastServicedAt }) => lastServicedAt === service.at)?.windowDays ?? policy.windowDays;
  // The last of the three only ends a gap, unless it is the client's last service: then the window after it runs.
  const expected = deriveLifecycle(around, windowAfter, lapsesUpTo).filter(
    ({ lastServicedAt, reactivation }) => reactivation !== null || (!after && lastServicedAt === command.at),
  );

  const events: LifecycleEvent[] = [];
  for (const lapse of recorded) {
    const borneOut = expected.find(({ at }) => at === lapse.at);
    if (lapse.reactivation && lapse.reactivation.serviceId !== borneOut?.reactivation?.serviceId) {
      const data = { lapseId: lapse.lapseId, serviceId: lapse.reactivation.serviceId };
      events.push({ type: 'ReactivationRevoked', data, occurredAt: now });
    }
    if (!borneOut) {
      events.push({ type: 'LapseRevoked', data: { lapseId: lapse.lapseId, serviceId }, occurredAt: now });
    }
  }
  for (const lapse of expected) {
    const standing = events.reduce(evolveLifecycle, lifecycle);
    const mark = standing.lapses.find(
      ({ at, lastServicedAt }) => at === lapse.at && lastServicedAt === lapse.lastServicedAt,
    );
    const lapseEvents = mark ? [] : [lapsed(standing, clientId, policy, lapse)];
    const lapseId = mark?.lapseId ?? lapseIdOf(standing, clientId);
    events.push(...lapseEvents);
    if (lapse.reactivation && !mark?.reactivation) {
      events.push(
        reactivated([...standing.lapses, ...(mark ? [] : [lapse])], lapseId, lapse.at, lapse.reactivation),
      );
    }
  }
  return events;
}

/** Ids follow from the client and the number of the lapse, so that deciding again gives the same. */
const lapseIdOf = (lifecycle: Lifecycle, clientId: string): string =>
  uuidv5(`lapse/${lifecycle.lapsesEver + 1}`, clientId);

function lapsed(
  lifecycle: Lifecycle,
  clientId: string,
  policy: LapsePolicy,
  lapse: Pick<DerivedLapse, 'lastServicedAt' | 'at' | 'windowDays'>,
): LifecycleEvent {
  return {
    type: 'ClientLapsed',
    data: {
      lapseId: lapseIdOf(lifecycle, clientId),
      lastServicedAt: lapse.lastServicedAt,
      windowDays: lapse.windowDays,
      basis: policy.basis,
      policyVersion: policy.version,
    },
    occurredAt: lapse.at,
  };
}

/** The episode is the number of lapses up to and with this one, plus the first stretch. */
function reactivated(
  lapses: readonly Pick<LapseMark, 'at'>[],
  lapseId: string,
  lapsedAt: Instant,
  by: { serviceId: string; at: Instant },
): LifecycleEvent {
  const episode = 1 + lapses.filter(({ at }) => at <= lapsedAt).length;
  const data = { lapseId, serviceId: by.serviceId, daysLapsed: wholeDaysBetween(lapsedAt, by.at), episode };
  return { type: 'ClientReactivated', data, occurredAt: by.at };
}
