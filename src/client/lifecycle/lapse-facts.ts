import { v5 as uuidv5 } from 'uuid';
import { wholeDaysBetween, type Instant } from '../../schema/instant.js';
import type { CommandFrame } from '../client-command.js';
import type { Attempts, AttemptMark } from '../contact/contact.decision.js';
import type { DueLapse } from './lapse-window.js';
import type { Lifecycle } from './lifecycle.evolve.js';
import type { LifecycleEvent } from './lifecycle.events.js';
import type { LapseMark, ServiceMark } from './lifecycle.marks.js';

/** What the facts about a client's lapses tell beside the lapse itself. */
export interface Telling extends Pick<CommandFrame, 'clientId' | 'now'> {
  /** the win-back attempts that a return may be owed to */
  readonly attempts: Attempts;
  /** the service whose recording, correction or void is behind it */
  readonly because?: string;
}

/** Its id follows from the client and the number of the lapse, so that deciding again gives the same. */
export function lapsed({ lapsesEver }: Lifecycle, { at, ...found }: DueLapse, { clientId }: Telling) {
  const data = { lapseId: uuidv5(`lapse/${lapsesEver + 1}`, clientId), ...found };
  return { type: 'ClientLapsed', data, occurredAt: at } satisfies LifecycleEvent;
}

export const lapseRevoked = ({ lapseId }: LapseMark, { now, because }: Telling): LifecycleEvent => ({
  type: 'LapseRevoked',
  data: { lapseId, ...(because === undefined ? {} : { serviceId: because }) },
  occurredAt: now,
});

export const returnRevoked = (
  { lapseId }: LapseMark,
  { serviceId }: { serviceId: string },
  { now }: Telling,
): LifecycleEvent => ({ type: 'ReactivationRevoked', data: { lapseId, serviceId }, occurredAt: now });

/** The episode is the number of lapses up to and with this one, plus the first stretch. */
export function returned(
  { lapses }: Lifecycle,
  lapse: Pick<LapseMark, 'lapseId' | 'at'>,
  by: ServiceMark,
  { attempts }: Telling,
): LifecycleEvent {
  const attempt = lastBetween(attempts, lapse.at, by.at);
  const data = {
    lapseId: lapse.lapseId,
    serviceId: by.serviceId,
    daysLapsed: wholeDaysBetween(lapse.at, by.at),
    episode: 1 + lapses.filter(({ at }) => at <= lapse.at).length,
    ...(attempt ? { attemptId: attempt.attemptId } : {}),
  };
  return { type: 'ClientReactivated', data, occurredAt: by.at };
}

/** @returns the last attempt from one instant to another, both inclusive: a return is owed to it */
const lastBetween = (attempts: Attempts, from: Instant, to: Instant): AttemptMark | undefined =>
  attempts
    .valueSeq()
    .filter(({ at }) => from <= at && at <= to)
    .maxBy(({ at }) => at);
