import { v5 as uuidv5 } from 'uuid';
import { wholeDaysBetween, type Instant } from '../../schema/instant.js';
import type { CommandFrame } from '../client-command.js';
import { dueAfter, type DueLapse, type LapseSurroundings } from './lapse-window.js';
import { evolveLifecycle, stateOf, type Lifecycle } from './lifecycle.evolve.js';
import type { LapseMark, ServiceMark } from './lifecycle.marks.js';
import type { LifecycleEvent } from './lifecycle.events.js';

/** What the lapses of a client are judged by. */
export interface Judging extends Pick<CommandFrame, 'clientId' | 'now' | 'lapsesUpTo' | 'policy'> {
  readonly surroundings: LapseSurroundings;
  /** the win-back attempts that a return may be owed to, by business time */
  readonly attempts: readonly { readonly attemptId: string; readonly at: Instant }[];
  /** the service whose recording, correction or void is behind it */
  readonly because?: string;
}

/**
 * The facts that make the recorded lapses and returns true again after the services changed (ADR 0004).
 *
 * A gap, from one service to the next, is judged once, when it comes to be: by the policy in force and what is known at
 * that moment. So only gaps that were none before are judged now, and a lapse on record in a gap that is still there, or
 * that begins at the same service, is judged by what it was recorded with.
 * @param before the lifecycle before the services changed
 * @param after the lifecycle with the services as they are now, and the lapses as they were
 * @param elsewhere services in a row that were judged in another stream, of a client absorbed or restored
 */
export function reconcile(
  before: Lifecycle,
  after: Lifecycle,
  judging: Judging,
  elsewhere: readonly ServiceMark[] = [],
): LifecycleEvent[] {
  const { services } = after;
  const [old, changed] = changedSpans(before.services, services);
  const judged = new Set([...gapsOf(before.services, old), ...gapsOf(elsewhere)]);
  const touched = [...before.services.slice(...old), ...services.slice(...changed)]
    .map(({ at }) => at)
    .sort();
  const [from = '', to = ''] = [touched[0], touched.at(-1)];

  const withdrawals: LapseMark[] = [];
  const findings: DueLapse[] = [];
  const returns = new Map<LapseMark | DueLapse, ServiceMark>();
  const reopened: LapseMark[] = [];
  const onRecord = new Map<Instant, LapseMark>();
  for (const lapse of after.lapses) {
    if (lapse.lastServicedAt < from || lapse.lastServicedAt > to) continue;
    // Two clients served at the same instant, both lapsed, then pooled: one lapse is enough.
    if (onRecord.has(lapse.lastServicedAt)) withdrawals.push(lapse);
    else onRecord.set(lapse.lastServicedAt, lapse);
  }

  for (let index = changed[0]; index < changed[1]; index++) {
    const service = services[index] as ServiceMark;
    const next = services[index + 1];
    if (next?.at === service.at) continue;
    const lapse = onRecord.get(service.at);
    if (lapse) {
      onRecord.delete(service.at);
      if (next && next.at < lapse.at) withdrawals.push(lapse);
      else if (next) returns.set(lapse, next);
      else if (lapse.reactivation) reopened.push(lapse);
      continue;
    }
    if (judged.has(gap(service, next))) continue;
    const due = dueAfter(judging.policy, services, index, judging.surroundings);
    if (!due || due.at > (next?.at ?? judging.lapsesUpTo)) continue;
    findings.push(due);
    if (next) returns.set(due, next);
  }
  // A lapse that begins at no service on record any more.
  withdrawals.push(...onRecord.values());

  const events: LifecycleEvent[] = [];
  let standing = after;
  const record = (event: LifecycleEvent) => {
    events.push(event);
    standing = evolveLifecycle(standing, event);
  };
  for (const lapse of withdrawals) {
    if (lapse.reactivation) record(returnRevoked(lapse, judging));
    record(lapseRevoked(lapse, judging));
  }
  for (const lapse of reopened) record(returnRevoked(lapse, judging));
  for (const [lapse, by] of returns) {
    if (!('lapseId' in lapse)) continue;
    const { reactivation } = lapse;
    if (reactivation?.serviceId === by.serviceId && reactivation.at === by.at) continue;
    if (reactivation) record(returnRevoked(lapse, judging));
    record(returned(standing, lapse, by, judging));
  }
  for (const due of findings) {
    const lapse = lapseOf(standing, due, judging);
    record(lapse);
    const by = returns.get(due);
    if (by) record(returned(standing, { lapseId: lapse.data.lapseId, at: due.at }, by, judging));
  }
  return events;
}

type Span = readonly [start: number, end: number];

/** @returns the places (end exclusive) of the services after which the gap is not the same in both rows */
function changedSpans(before: readonly ServiceMark[], after: readonly ServiceMark[]): [Span, Span] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const start = Math.max(0, head - 1);
  return [
    [start, before.length - tail],
    [start, after.length - tail],
  ];
}

const gapsOf = (services: readonly ServiceMark[], [start, end]: Span = [0, services.length]): string[] =>
  services.slice(start, end).map((service, index) => gap(service, services[start + index + 1]));

/** @returns the lapse that is due by an instant (inclusive): none where no clock runs (never serviced, lapsed, gone) */
export function lapseDueBy(lifecycle: Lifecycle, instant: Instant, judging: Judging): LifecycleEvent[] {
  const due = nextLapse(lifecycle, judging);
  return due && due.at <= instant ? [lapseOf(lifecycle, due, judging)] : [];
}

/** @returns the lapse to come if the client is not serviced before; null where no clock runs */
export function nextLapse(
  lifecycle: Lifecycle,
  { policy, surroundings }: Pick<Judging, 'policy' | 'surroundings'>,
): DueLapse | null {
  const running = ['active', 'reactivated'].includes(stateOf(lifecycle));
  return running ? dueAfter(policy, lifecycle.services, lifecycle.services.length - 1, surroundings) : null;
}

/** Ids follow from the client and the number of the lapse, so that deciding again gives the same. */
const lapseIdOf = (lifecycle: Lifecycle, clientId: string): string =>
  uuidv5(`lapse/${lifecycle.lapsesEver + 1}`, clientId);

function lapseOf(lifecycle: Lifecycle, due: DueLapse, { clientId, policy }: Judging) {
  const { at, ...found } = due;
  const data = { lapseId: lapseIdOf(lifecycle, clientId), ...found, policyVersion: policy.version };
  return { type: 'ClientLapsed', data, occurredAt: at } satisfies LifecycleEvent;
}

const lapseRevoked = ({ lapseId }: LapseMark, { now, because }: Judging): LifecycleEvent => ({
  type: 'LapseRevoked',
  data: { lapseId, ...(because === undefined ? {} : { serviceId: because }) },
  occurredAt: now,
});

const returnRevoked = (lapse: LapseMark, { now }: Judging): LifecycleEvent => ({
  type: 'ReactivationRevoked',
  data: { lapseId: lapse.lapseId, serviceId: lapse.reactivation?.serviceId ?? '' },
  occurredAt: now,
});

/** The episode is the number of lapses up to and with this one, plus the first stretch. */
function returned(
  { lapses }: Lifecycle,
  lapse: Pick<LapseMark, 'lapseId' | 'at'>,
  by: ServiceMark,
  { attempts }: Judging,
): LifecycleEvent {
  const attempt = attempts.findLast(({ at }) => lapse.at <= at && at <= by.at);
  const data = {
    lapseId: lapse.lapseId,
    serviceId: by.serviceId,
    daysLapsed: wholeDaysBetween(lapse.at, by.at),
    episode: 1 + lapses.filter(({ at }) => at <= lapse.at).length,
    ...(attempt ? { attemptId: attempt.attemptId } : {}),
  };
  return { type: 'ClientReactivated', data, occurredAt: by.at };
}

const gap = (from: ServiceMark, to: ServiceMark | undefined): string =>
  `${from.serviceId}@${from.at}>${to ? `${to.serviceId}@${to.at}` : ''}`;
