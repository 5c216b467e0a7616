import type {
  ClientAbsorbed,
  ClientMergedInto,
  ClientUnmerged,
} from '../../../src/client/identity/identity.events.js';
import type {
  ClientConverted,
  ClientServiced,
  ServiceCorrected,
  ServiceDetails,
  ServiceVoided,
} from '../../../src/client/lifecycle/lifecycle.events.js';
import type { ServiceMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import type { EventOf } from '../../../src/event-store/event-definition.js';

/** The facts that move services: who is a client, and what services count for it. */
export type ServiceEvent = EventOf<
  | typeof ClientConverted
  | typeof ClientServiced
  | typeof ServiceCorrected
  | typeof ServiceVoided
  | typeof ClientMergedInto
  | typeof ClientAbsorbed
  | typeof ClientUnmerged
>;

/** A service as it counts; of what was done and by whom, as much as the fact says. */
export interface CountedService extends Pick<
  ServiceMark,
  'serviceId' | 'at' | 'amountMinor' | 'currency' | 'serviceType'
> {
  readonly technicians?: readonly string[] | undefined;
}

/** What a fact changes of the services that count for its client. */
export interface Movement {
  /** those that count no more, as they were held until now */
  readonly withdrawn: readonly CountedService[];
  /** those that count from now on */
  readonly counted: readonly CountedService[];
}

const NOTHING: Movement = { withdrawn: [], counted: [] };

/**
 * Counters add and take away the same services that are kept as facts, so that the two cannot tell different stories.
 * A merged client needs no movement: it is out of every figure as a whole.
 */
export function movementOf(event: ServiceEvent): Movement {
  switch (event.type) {
    case 'ClientServiced':
      return { withdrawn: [], counted: [service(event.data.serviceId, event.occurredAt, event.data)] };
    case 'ServiceCorrected': {
      const { serviceId, servicedAt, previouslyServicedAt, previousAmountMinor, previousCurrency } =
        event.data;
      const before = { amountMinor: previousAmountMinor, currency: previousCurrency };
      return {
        withdrawn: [service(serviceId, previouslyServicedAt, before)],
        counted: [service(serviceId, servicedAt, event.data)],
      };
    }
    case 'ServiceVoided':
      return { withdrawn: [service(event.data.serviceId, event.data.servicedAt, event.data)], counted: [] };
    case 'ClientAbsorbed':
      return { withdrawn: [], counted: event.data.life.services };
    case 'ClientUnmerged':
      return event.data.side === 'survivor'
        ? { withdrawn: event.data.life.services, counted: [] }
        : { withdrawn: [], counted: event.data.life.services };
    case 'ClientConverted':
    case 'ClientMergedInto':
      return NOTHING;
  }
}

const service = (
  serviceId: string,
  at: string,
  {
    amountMinor,
    currency,
    serviceType,
    technicians,
  }: Pick<ServiceDetails, 'amountMinor' | 'currency' | 'serviceType' | 'technicians'>,
): CountedService => ({
  serviceId,
  at,
  ...(amountMinor === undefined || currency === undefined ? {} : { amountMinor, currency }),
  ...(serviceType === undefined ? {} : { serviceType }),
  ...(technicians === undefined ? {} : { technicians }),
});
