import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { LifeEvent, Lifecycle } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import type { ServiceMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import { eventsBy } from './evidence.js';
import type { Evidence, ServiceColumns } from './segment-life.js';

/** Of an event's id, a UUID. */
const ID_LENGTH = 36;

/** @returns the id of the event that recorded a service */
export const recordedBy = ({ by }: ServiceColumns, index: number): string =>
  by.slice(ID_LENGTH * index, ID_LENGTH * (index + 1));

/**
 * @param before the columns of the services in `was`
 * @returns those of the services in `is`; the same object where no event has changed them
 */
export function nextServices(
  before: ServiceColumns,
  was: Lifecycle,
  is: Lifecycle,
  evidence: readonly Evidence[],
  { id, event }: RecordedEvent<LifeEvent>,
): ServiceColumns {
  if (is.services === was.services) return before;
  const last = is.services.at(-1);
  const isAdded = event.type === 'ClientServiced' && last?.serviceId === event.data.serviceId;
  return isAdded ? withService(before, last, id) : columnsOf(is.services, evidence);
}

const withService = (before: ServiceColumns, mark: ServiceMark, eventId: string): ServiceColumns => ({
  at: [...before.at, Date.parse(mark.at)],
  by: before.by + eventId,
  amountMinor: [...before.amountMinor, mark.amountMinor ?? null],
  currency: [...before.currency, mark.currency ?? null],
  serviceType: [...before.serviceType, mark.serviceType ?? null],
});

function columnsOf(services: readonly ServiceMark[], evidence: readonly Evidence[]): ServiceColumns {
  const event = eventsBy(evidence);
  return {
    at: services.map(({ at }) => Date.parse(at)),
    by: services.map(({ serviceId }) => event(serviceId)).join(''),
    amountMinor: services.map(({ amountMinor }) => amountMinor ?? null),
    currency: services.map(({ currency }) => currency ?? null),
    serviceType: services.map(({ serviceType }) => serviceType ?? null),
  };
}
