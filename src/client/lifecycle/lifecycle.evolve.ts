import type { Instant } from '../../schema/instant.js';
import type { EventOf } from '../../event-store/event-definition.js';
import { identityEvents } from '../identity/identity.events.js';
import type { PooledLife } from '../identity/pooled-life.js';
import { lifecycleEvents } from './lifecycle.events.js';
import type { LapseMark, ServiceMark } from './lifecycle.marks.js';

export type LifecycleState = 'new' | 'active' | 'lapsed' | 'reactivated' | 'closed' | 'merged';

/** What a client's services, lapses and exits come to. Plain JSON, so that a read model can keep it in a row. */
export interface Lifecycle {
  /** the client's own conversion; an absorbed client's may lie before it (`beganAt`) */
  readonly convertedAt: Instant | null;
  /** by business time, then in the order they were recorded; voided ones are gone, absorbed ones are among them */
  readonly services: readonly ServiceMark[];
  /** the lapses that stand, by business time; revoked ones are gone */
  readonly lapses: readonly LapseMark[];
  /** how many lapses were ever recorded, revoked ones too: the next one's number */
  readonly lapsesEver: number;
  /** when the client was closed, and when it was reopened, in the order of recording */
  readonly closures: readonly { readonly from: Instant; readonly to: Instant | null }[];
  readonly mergedInto: { readonly survivorId: string; readonly at: Instant } | null;
  readonly absorbed: readonly { readonly clientId: string; readonly convertedAt: Instant }[];
  readonly voided: readonly ServiceMark[];
}

export const noLifecycle: Lifecycle = {
  convertedAt: null,
  services: [],
  lapses: [],
  lapsesEver: 0,
  closures: [],
  mergedInto: null,
  absorbed: [],
  voided: [],
};

const { ClientErased: _erased, ...exits } = identityEvents;
/** The facts that a lifecycle follows from. */
export const lifeEvents = { ...lifecycleEvents, ...exits } as const;
export type LifeEvent = EventOf<(typeof lifeEvents)[keyof typeof lifeEvents]>;

type Fact<Type extends LifeEvent['type']> = Extract<LifeEvent, { type: Type }>;

/** Folds one fact. Total: any sequence of events gives a lifecycle. */
export function evolveLifecycle(lifecycle: Lifecycle, event: LifeEvent): Lifecycle {
  switch (event.type) {
    case 'ClientConverted':
      return { ...lifecycle, convertedAt: event.occurredAt };
    case 'ClientServiced':
      return { ...lifecycle, services: insertedByTime(lifecycle.services, markOf(event)) };
    case 'ServiceCorrected':
      return corrected(lifecycle, event);
    case 'ServiceVoided':
      return voided(lifecycle, event);
    case 'ClientLapsed': {
      const { heldUntil: _held, ...found } = event.data;
      const lapse = { ...found, at: event.occurredAt, reactivation: null };
      const lapses = insertedByTime(lifecycle.lapses, lapse);
      return { ...lifecycle, lapses, lapsesEver: lifecycle.lapsesEver + 1 };
    }
    case 'ClientReactivated': {
      const { lapseId, serviceId, attemptId } = event.data;
      const reactivation = { serviceId, at: event.occurredAt, ...(attemptId ? { attemptId } : {}) };
      return withLapse(lifecycle, lapseId, (lapse) => [{ ...lapse, reactivation }]);
    }
    case 'ReactivationRevoked':
      return withLapse(lifecycle, event.data.lapseId, (lapse) => [{ ...lapse, reactivation: null }]);
    case 'LapseRevoked':
      return withLapse(lifecycle, event.data.lapseId, () => []);
    case 'ClientClosed':
      return { ...lifecycle, closures: [...lifecycle.closures, { from: event.occurredAt, to: null }] };
    case 'ClientReopened':
      return {
        ...lifecycle,
        closures: lifecycle.closures.map(({ from, to }) => ({ from, to: to ?? event.occurredAt })),
      };
    case 'ClientMergedInto':
      return {
        ...lifecycle,
        mergedInto: { survivorId: event.data.survivorId, at: event.occurredAt },
      };
    case 'ClientAbsorbed':
      return absorbing(lifecycle, event);
    case 'ClientUnmerged':
      return event.data.side === 'survivor'
        ? lettingGo(lifecycle, event.data.otherId, event.data.life)
        : restored(lifecycle, event.data.life);
  }
}

/** @returns where the client stands: the facts on record decide, no clock has a say */
export function stateOf(lifecycle: Lifecycle): LifecycleState {
  const { services, lapses } = lifecycle;
  if (lifecycle.mergedInto) return 'merged';
  if (lifecycle.closures.at(-1)?.to === null) return 'closed';
  if (services.length === 0) return 'new';
  const last = lapses.at(-1);
  if (!last) return 'active';
  if (!last.reactivation) return 'lapsed';
  const { serviceId } = last.reactivation;
  return services.at(-1)?.serviceId === serviceId ? 'reactivated' : 'active';
}

/** @returns when the client's life began: its conversion, or the earlier one of a client it absorbed */
export function beganAt({ convertedAt, absorbed }: Lifecycle): Instant | null {
  return absorbed.reduce(
    (earliest, one) => (earliest === null || one.convertedAt < earliest ? one.convertedAt : earliest),
    convertedAt,
  );
}

function markOf({ data, occurredAt }: Fact<'ClientServiced'>): ServiceMark {
  const { serviceId, serviceType, planId, amountMinor, currency } = data;
  return {
    serviceId,
    at: occurredAt,
    ...(amountMinor === undefined ? {} : { amountMinor, currency }),
    ...(serviceType === undefined ? {} : { serviceType }),
    ...(planId === undefined ? {} : { planId }),
  };
}

function corrected(lifecycle: Lifecycle, { data, occurredAt }: Fact<'ServiceCorrected'>): Lifecycle {
  const { serviceId, servicedAt, amountMinor, currency, serviceType, planId } = data;
  const mark = lifecycle.services.find((service) => service.serviceId === serviceId);
  if (!mark) return lifecycle;
  const figures = ({ at, amountMinor: minor, currency: code }: ServiceMark) =>
    minor === undefined ? { at } : { at, amountMinor: minor, currency: code };
  const next: ServiceMark = {
    ...mark,
    at: servicedAt,
    ...(amountMinor === undefined ? {} : { amountMinor, currency }),
    ...(serviceType === undefined ? {} : { serviceType }),
    ...(planId === undefined ? {} : { planId }),
    first: mark.first ?? figures(mark),
    correctedAt: [...(mark.correctedAt ?? []), occurredAt],
  };
  const services =
    next.at === mark.at
      ? lifecycle.services.map((service) => (service === mark ? next : service))
      : insertedByTime(
          lifecycle.services.filter((service) => service !== mark),
          next,
        );
  return { ...lifecycle, services };
}

function voided(lifecycle: Lifecycle, { data }: Fact<'ServiceVoided'>): Lifecycle {
  const mark = lifecycle.services.find(({ serviceId }) => serviceId === data.serviceId);
  if (!mark) return lifecycle;
  return {
    ...lifecycle,
    services: lifecycle.services.filter((service) => service !== mark),
    voided: [...lifecycle.voided, mark],
  };
}

function absorbing(lifecycle: Lifecycle, { data }: Fact<'ClientAbsorbed'>): Lifecycle {
  const { absorbedId, convertedAt, life } = data;
  const of = absorbedId;
  return {
    ...lifecycle,
    absorbed: [...lifecycle.absorbed, { clientId: absorbedId, convertedAt }],
    services: life.services.reduce((all, mark) => insertedByTime(all, { ...mark, of }), lifecycle.services),
    lapses: life.lapses.reduce((all, mark) => insertedByTime(all, { ...mark, of }), lifecycle.lapses),
  };
}

function lettingGo(lifecycle: Lifecycle, absorbedId: string, life: PooledLife): Lifecycle {
  const gone = new Set(life.services.map(({ serviceId }) => serviceId));
  return {
    ...lifecycle,
    absorbed: lifecycle.absorbed.filter(({ clientId }) => clientId !== absorbedId),
    services: lifecycle.services.filter(({ serviceId }) => !gone.has(serviceId)),
    lapses: lifecycle.lapses.filter(({ of }) => of !== absorbedId),
  };
}

/** Its services are as the survivor last had them; whose they are among the clients it absorbed itself, it knows better. */
function restored(lifecycle: Lifecycle, life: PooledLife): Lifecycle {
  const owners = new Map(lifecycle.services.map(({ serviceId, of }) => [serviceId, of]));
  const services = life.services.reduce<readonly ServiceMark[]>((all, { of: _survivors, ...mark }) => {
    const of = owners.get(mark.serviceId);
    return insertedByTime(all, of === undefined ? mark : { ...mark, of });
  }, []);
  return { ...lifecycle, mergedInto: null, services };
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
