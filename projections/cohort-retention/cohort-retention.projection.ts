import type { EventOf } from '../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type {
  ClientAbsorbed,
  ClientMergedInto,
  ClientUnmerged,
} from '../../src/client/identity/identity.events.js';
import type {
  ClientConverted,
  ClientServiced,
  ServiceCorrected,
  ServiceVoided,
} from '../../src/client/lifecycle/lifecycle.events.js';
import type { ExpandRule, FoldRule, Projection, SumRule } from '../../src/projecting/projection.js';
import { known } from '../known-client.js';
import type { Instant } from '../../src/schema/instant.js';
import { monthCalendar, monthsBetween, type Month } from './month-calendar.js';
import {
  retentionCell,
  retentionClient,
  retentionCohort,
  retentionRevenue,
  retentionService,
  type CohortKey,
  type ConversionFact,
  type ServiceFact,
  type RetentionCell,
  type RetentionClient,
  type RetentionCohort,
  type RetentionRevenue,
  type RetentionService,
  type ServedMonth,
} from './cohort-retention.tables.js';

export const COHORT_RETENTION = 'cohort-retention';

export type RetentionEvent = EventOf<
  | typeof ClientConverted
  | typeof ClientServiced
  | typeof ServiceCorrected
  | typeof ServiceVoided
  | typeof ClientMergedInto
  | typeof ClientAbsorbed
  | typeof ClientUnmerged
>;
type Recorded = RecordedEvent<RetentionEvent>;
type Before = Readonly<RetentionClient> | null;
/** What a client's row is made of; the rest of it follows. */
type Life = Pick<RetentionClient, 'client_id' | 'merged' | 'conversions' | 'services'>;

/**
 * Cohort retention and revenue (definitions in docs/reference/retention.md): what each client's months hold, the counters
 * that follow from it, and the services themselves, for questions about another day or zone than the counters answer. A void,
 * a correction, a merge or its undoing changes the life, and with it all that follows: the past is restated.
 * @param zone IANA name of the business's zone, in which the months of the counters are
 */
export function cohortRetention(zone: string): Projection<RetentionEvent> {
  const { monthOf } = monthCalendar(zone);
  const client = (life: Life): RetentionClient => ({ ...life, ...figuresOf(life, monthOf) });
  const living = (before: Before, fact: Recorded, change: (life: RetentionClient) => Partial<Life>) => {
    const life = known(before, fact);
    return client({ ...life, ...change(life) });
  };

  const clients: FoldRule<RetentionEvent, RetentionClient> = {
    shape: 'fold',
    table: retentionClient,
    key: ({ stream }) => clientIdOf(stream),
    evolve: {
      ClientConverted: (_none, fact) => {
        const client_id = clientIdOf(fact.stream);
        const conversion = { clientId: client_id, at: fact.event.occurredAt, ...evidenceOf(fact) };
        return client({ client_id, merged: false, conversions: [conversion], services: [] });
      },
      ClientServiced: (before, fact) =>
        living(before, fact, ({ services }) => {
          const { serviceId, amountMinor, currency } = fact.event.data;
          const at = fact.event.occurredAt;
          return {
            services: inOrder([...services, serviceFact({ serviceId, at, amountMinor, currency }, fact)]),
          };
        }),
      ServiceCorrected: (before, fact) =>
        living(before, fact, ({ services }) => {
          const { serviceId, servicedAt: at, amountMinor, currency } = fact.event.data;
          const corrected = serviceFact({ serviceId, at, amountMinor, currency }, fact);
          return {
            services: inOrder(services.map((one) => (one.serviceId === serviceId ? corrected : one))),
          };
        }),
      ServiceVoided: (before, fact) =>
        living(before, fact, ({ services }) => ({
          services: services.filter(({ serviceId }) => serviceId !== fact.event.data.serviceId),
        })),
      ClientMergedInto: (before, fact) => living(before, fact, () => ({ merged: true })),
      ClientAbsorbed: (before, fact) =>
        living(before, fact, ({ conversions, services }) => {
          const { absorbedId: clientId, convertedAt: at, life } = fact.event.data;
          const absorbed = life.services.map((mark) => serviceFact(mark, fact));
          return {
            conversions: [...conversions, { clientId, at, ...evidenceOf(fact) }],
            services: inOrder([...services, ...absorbed]),
          };
        }),
      ClientUnmerged: (before, fact) =>
        living(before, fact, ({ conversions, services }) => {
          const { side, otherId, life } = fact.event.data;
          const passed = new Map(life.services.map((mark) => [mark.serviceId, mark]));
          if (side === 'survivor') {
            return {
              conversions: conversions.filter(({ clientId }) => clientId !== otherId),
              services: services.filter(({ serviceId }) => !passed.has(serviceId)),
            };
          }
          const restored = life.services.map((mark) => {
            const own = services.find(({ serviceId }) => serviceId === mark.serviceId);
            return own && sameFigures(own, mark) ? own : serviceFact(mark, fact);
          });
          return { merged: false, services: inOrder(restored) };
        }),
    },
  };
  return {
    name: COHORT_RETENTION,
    version: 2,
    parameters: { zone },
    streams: [CLIENT_STREAMS],
    tables: [clients, cohorts, cells, revenue, services],
  };
}

const evidenceOf = ({ id: eventId, recordedAt }: Recorded) => ({ eventId, recordedAt });

type Figures = Pick<ServiceFact, 'serviceId' | 'at' | 'amountMinor' | 'currency'>;

function serviceFact({ serviceId, at, amountMinor, currency }: Figures, fact: Recorded): ServiceFact {
  const amount = amountMinor === undefined ? {} : { amountMinor, currency };
  return { serviceId, at, ...amount, ...evidenceOf(fact) };
}

const sameFigures = (one: Figures, other: Figures): boolean =>
  one.at === other.at && one.amountMinor === other.amountMinor && one.currency === other.currency;

const inOrder = (services: ServiceFact[]): ServiceFact[] =>
  services.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

function figuresOf({ merged, conversions, services }: Life, monthOf: (at: Instant) => Month) {
  const [first] = merged ? [] : services;
  const began = merged
    ? null
    : conversions.reduce(
        (earliest, one) => (one.at < earliest.at ? one : earliest),
        conversions[0] as ConversionFact,
      );
  return {
    converted_at: began?.at ?? null,
    converted_month: began ? monthOf(began.at) : null,
    converted_recorded_at: began?.recordedAt ?? null,
    converted_event_id: began?.eventId ?? null,
    first_serviced_at: first?.at ?? null,
    first_service_month: first ? monthOf(first.at) : null,
    months: merged ? {} : monthsOf(services, monthOf),
  };
}

function monthsOf(
  services: readonly ServiceFact[],
  monthOf: (at: Instant) => Month,
): Record<Month, ServedMonth> {
  const months: Record<Month, ServedMonth> = {};
  for (const { at, amountMinor, currency } of services) {
    const month = monthOf(at);
    const served = months[month] ?? { services: 0, amounts: {} };
    months[month] = { ...served, services: served.services + 1 };
    if (amountMinor === undefined || currency === undefined) continue;
    const sum = served.amounts[currency] ?? { minor: 0, services: 0 };
    const amount = { minor: sum.minor + amountMinor, services: sum.services + 1 };
    months[month] = { services: served.services + 1, amounts: { ...served.amounts, [currency]: amount } };
  }
  return months;
}

/** The services of a client that is in cohorts, one by one. */
const services: ExpandRule<RetentionClient, RetentionService> = {
  shape: 'expand',
  table: retentionService,
  from: retentionClient.name,
  rows: ({ client_id, merged, services: all }) =>
    (merged ? [] : all).map(({ serviceId, at, amountMinor, currency, eventId, recordedAt }) => ({
      client_id,
      service_id: serviceId,
      event_id: eventId,
      serviced_at: at,
      amount_minor: amountMinor === undefined ? null : BigInt(amountMinor),
      currency: currency ?? null,
      recorded_at: recordedAt,
    })),
};

/** One more in the size of its cohort, by either anchor; and the services that its months before that hold. */
const cohorts: SumRule<RetentionClient, RetentionCohort> = {
  shape: 'sum',
  table: retentionCohort,
  from: retentionClient.name,
  addends: (client) =>
    cohortsOf(client).map((key) => ({
      ...key,
      clients: 1,
      services_before: servedMonths(client, key).reduce(
        (n, { k, services }) => (k < 0 ? n + services : n),
        0,
      ),
    })),
};

/** One more in every cell from its cohort's month on in which it was serviced at all: distinct clients, however many services. */
const cells: SumRule<RetentionClient, RetentionCell> = {
  shape: 'sum',
  table: retentionCell,
  from: retentionClient.name,
  addends: (client) =>
    cohortsOf(client).flatMap((key) => cellsOf(client, key).map(({ k }) => ({ ...key, k, clients: 1 }))),
};

/** What it brought in each of those months, each currency for itself. */
const revenue: SumRule<RetentionClient, RetentionRevenue> = {
  shape: 'sum',
  table: retentionRevenue,
  from: retentionClient.name,
  addends: (client) =>
    cohortsOf(client).flatMap((key) =>
      cellsOf(client, key).flatMap(({ k, amounts }) =>
        Object.entries(amounts).map(([currency, { minor, services }]) => {
          return { ...key, k, currency, amount_minor: BigInt(minor), services, clients: 1 };
        }),
      ),
    ),
};

/** The cohorts a client belongs to: none by first service as long as it was never serviced, none at all once merged. */
function cohortsOf({ converted_month, first_service_month }: RetentionClient): CohortKey[] {
  return [
    ...(converted_month === null ? [] : [{ anchor: 'converted' as const, cohort: converted_month }]),
    ...(first_service_month === null
      ? []
      : [{ anchor: 'first_service' as const, cohort: first_service_month }]),
  ].map(({ anchor, cohort }) => ({ anchor, grain: 'month', cohort }));
}

/** Its months with what they hold, each by its index k in a cohort. */
const servedMonths = (client: RetentionClient, { cohort }: CohortKey) =>
  Object.entries(client.months).map(([month, served]) => ({ k: monthsBetween(cohort, month), ...served }));

const cellsOf = (client: RetentionClient, key: CohortKey) =>
  servedMonths(client, key).filter(({ k }) => k >= 0);
