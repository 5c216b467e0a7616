import type { Instant } from '../../schema/instant.js';
import type { LifecycleEvent } from './lifecycle.events.js';

export type LifecycleState = 'new' | 'active' | 'lapsed' | 'reactivated';

export interface ServiceMark {
  readonly serviceId: string;
  readonly at: Instant;
  readonly amountMinor?: number;
  readonly currency?: string;
}

export interface LapseMark {
  readonly lapseId: string;
  readonly lastServicedAt: Instant;
  readonly at: Instant;
  readonly windowDays: number;
  /** the service that ended it; null while the client is lapsed */
  readonly reactivation: { readonly serviceId: string; readonly at: Instant } | null;
}

/** What a client's services and lapses come to. Plain JSON, so that a read model can keep it in a row. */
export interface Lifecycle {
  readonly convertedAt: Instant | null;
  /** by business time, then in the order they were recorded */
  readonly services: readonly ServiceMark[];
  /** the lapses that stand, by business time; revoked ones are gone */
  readonly lapses: readonly LapseMark[];
  /** how many lapses were ever recorded, revoked ones too: the next one's number */
  readonly lapsesEver: number;
}

export const noLifecycle: Lifecycle = { convertedAt: null, services: [], lapses: [], lapsesEver: 0 };

/** Folds one fact. Total: any sequence of events gives a lifecycle, facts of other areas change nothing. */
export function evolveLifecycle(lifecycle: Lifecycle, event: LifecycleEvent): Lifecycle {
  switch (event.type) {
    case 'ClientConverted':
      return { ...lifecycle, convertedAt: event.occurredAt };
    case 'ClientServiced': {
      const { serviceId, amountMinor, currency } = event.data;
      const mark = {
        serviceId,
        at: event.occurredAt,
        ...(amountMinor === undefined ? {} : { amountMinor, currency }),
      };
      return { ...lifecycle, services: insertedByTime(lifecycle.services, mark) };
    }
    case 'ClientLapsed': {
      const { lapseId, lastServicedAt, windowDays } = event.data;
      const lapse = { lapseId, lastServicedAt, windowDays, at: event.occurredAt, reactivation: null };
      const lapses = insertedByTime(lifecycle.lapses, lapse);
      return { ...lifecycle, lapses, lapsesEver: lifecycle.lapsesEver + 1 };
    }
    case 'ClientReactivated': {
      const reactivation = { serviceId: event.data.serviceId, at: event.occurredAt };
      return withLapse(lifecycle, event.data.lapseId, (lapse) => [{ ...lapse, reactivation }]);
    }
    case 'ReactivationRevoked':
      return withLapse(lifecycle, event.data.lapseId, (lapse) => [{ ...lapse, reactivation: null }]);
    case 'LapseRevoked':
      return withLapse(lifecycle, event.data.lapseId, () => []);
  }
}

/** @returns where the client stands: the lapses and services on record decide, no clock has a say */
export function stateOf(lifecycle: Lifecycle): LifecycleState {
  const { services, lapses } = lifecycle;
  if (services.length === 0) return 'new';
  const last = lapses.at(-1);
  if (!last) return 'active';
  if (!last.reactivation) return 'lapsed';
  const { serviceId } = last.reactivation;
  return services.at(-1)?.serviceId === serviceId ? 'reactivated' : 'active';
}

function withLapse(
  lifecycle: Lifecycle,
  lapseId: string,
  change: (lapse: LapseMark) => LapseMark[],
): Lifecycle {
  return {
    ...lifecycle,
    lapses: lifecycle.lapses.flatMap((lapse) => (lapse.lapseId === lapseId ? change(lapse) : [lapse])),
  };
}

/** Nearly every fact is the latest, so the search for its place begins at the end. */
function insertedByTime<T extends { readonly at: Instant }>(items: readonly T[], item: T): readonly T[] {
  let place = items.length;
  while (place > 0 && (items[place - 1] as T).at > item.at) place--;
  return place === items.length ? [...items, item] : items.toSpliced(place, 0, item);
}
