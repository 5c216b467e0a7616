import { clientIdOf } from '../../../src/client/client.events.js';
import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns, type FactOf } from './fact-events.js';
import { movementOf, type ServiceEvent } from './service-movements.js';

/**
 * A service as a fact: what an event said, with both its times. It is held true from its position on, up to a withdrawal of
 * the same service from the same client at a later position. Rows of both tables are only ever added, so what was held
 * at any moment is what they say of the positions, or record times, before it.
 */
export type ServiceFact = FactColumns & {
  service_id: string;
  amount_minor: bigint | null;
  currency: string | null;
  /** null also where the fact restates a service and leaves it as it was: an earlier fact of the service says it then */
  service_type: string | null;
  technicians: readonly string[] | null;
  /** a correction, or a service taken over from another client */
  restated: boolean;
};

export const factService: Table<ServiceFact> = {
  name: 'fact_service',
  columns: {
    ...FACT_COLUMNS,
    service_id: 'uuid',
    amount_minor: 'bigint?',
    currency: 'text?',
    service_type: 'text?',
    technicians: 'jsonb?',
    restated: 'boolean',
  },
  // A merge brings many at one position.
  key: ['service_id', 'position'],
  // By client and by position the columns that reports count from are kept up; by instant the first of all is found.
  indexes: [['client_id'], ['position'], ['at']],
};

/** The facts of all kinds that may move services; which do, `movementOf` knows. */
const moving = <Result>(rows: (fact: FactOf<ServiceEvent['type']>) => Result) => ({
  ClientServiced: rows,
  ServiceCorrected: rows,
  ServiceVoided: rows,
  ClientAbsorbed: rows,
  ClientUnmerged: rows,
});

export const serviceFacts = facts(
  factService,
  moving((fact) =>
    movementOf(fact.event).counted.map((service): ServiceFact => {
      const { serviceId, at, amountMinor, currency, serviceType, technicians } = service;
      return {
        ...factOf(fact),
        at,
        service_id: serviceId,
        amount_minor: amountMinor === undefined ? null : BigInt(amountMinor),
        currency: currency ?? null,
        service_type: serviceType ?? null,
        technicians: technicians ?? null,
        restated: fact.event.type !== 'ClientServiced',
      };
    }),
  ),
);

/** What a withdrawal takes back. The return from a lapse goes by the id of the lapse. */
export type Withdrawn = 'service' | 'lapse' | 'return';

/** That a service, lapse or return, as recorded before this position, counts no more for the client: void, revoked, or gone to another. */
export type WithdrawalFact = Omit<FactColumns, 'at'> & { kind: Withdrawn; item_id: string };

export const factWithdrawal: Table<WithdrawalFact> = {
  name: 'fact_withdrawal',
  columns: {
    position: 'bigint',
    event_id: 'uuid',
    client_id: 'uuid',
    recorded_at: 'timestamptz',
    kind: 'text',
    item_id: 'uuid',
  },
  key: ['kind', 'item_id', 'client_id', 'position'],
  indexes: [['position']],
};

const withdrawal =
  (kind: Withdrawn) =>
  (
    fact: FactOf<ServiceEvent['type'] | 'LapseRevoked' | 'ReactivationRevoked'>,
    itemId: string,
  ): WithdrawalFact => ({
    position: fact.position,
    event_id: fact.id,
    client_id: clientIdOf(fact.stream),
    recorded_at: fact.recordedAt,
    kind,
    item_id: itemId,
  });

const servicesWithdrawn = (fact: FactOf<ServiceEvent['type']>): WithdrawalFact[] =>
  movementOf(fact.event).withdrawn.map(({ serviceId }) => withdrawal('service')(fact, serviceId));

export const withdrawalFacts = facts(factWithdrawal, {
  ...moving(servicesWithdrawn),
  LapseRevoked: (fact) => [withdrawal('lapse')(fact, fact.event.data.lapseId)],
  ReactivationRevoked: (fact) => [withdrawal('return')(fact, fact.event.data.lapseId)],
  // What an absorbed client had lapsed, the survivor gives up with it; the client itself still has it on record.
  ClientUnmerged: (fact) => {
    const { side, life } = fact.event.data;
    if (side === 'restored') return servicesWithdrawn(fact);
    return [
      ...servicesWithdrawn(fact),
      ...life.lapses.map(({ lapseId }) => withdrawal('lapse')(fact, lapseId)),
      ...life.lapses
        .filter(({ reactivation }) => reactivation !== null)
        .map(({ lapseId }) => withdrawal('return')(fact, lapseId)),
    ];
  },
});
