import type { EventOf } from '../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type { ClientConverted, ClientServiced } from '../../src/client/lifecycle/lifecycle.events.js';
import type { AppendRule, FoldRule, Projection, SumRule } from '../../src/projecting/projection.js';
import { known } from '../known-client.js';
import { monthCalendar, monthsBetween } from './month-calendar.js';
import {
  retentionCell,
  retentionClient,
  retentionCohort,
  retentionRevenue,
  retentionService,
  type CohortKey,
  type RetentionCell,
  type RetentionClient,
  type RetentionCohort,
  type RetentionRevenue,
  type RetentionService,
  type ServedMonth,
} from './cohort-retention.tables.js';

export const COHORT_RETENTION = 'cohort-retention';

export type RetentionEvent = EventOf<typeof ClientConverted | typeof ClientServiced>;
type Converted = RecordedEvent<Extract<RetentionEvent, { type: 'ClientConverted' }>>;
type Serviced = RecordedEvent<Extract<RetentionEvent, { type: 'ClientServiced' }>>;

/**
 * Cohort retention and revenue (definitions in docs/reference/retention.md): what each client's months hold, the counters
 * that follow from it, and the services themselves, for questions about another day or zone than the counters answer.
 * @param zone IANA name of the business's zone, in which the months of the counters are
 */
export function cohortRetention(zone: string): Projection<RetentionEvent> {
  const { monthOf } = monthCalendar(zone);

  const converted = (_none: unknown, fact: Converted): RetentionClient => ({
    client_id: clientIdOf(fact.stream),
    converted_at: fact.event.occurredAt,
    converted_month: monthOf(fact.event.occurredAt),
    converted_recorded_at: fact.recordedAt,
    converted_event_id: fact.id,
    first_serviced_at: null,
    first_service_month: null,
    months: {},
  });

  const serviced = (before: Readonly<RetentionClient> | null, fact: Serviced): RetentionClient => {
    const row = known(before, fact);
    const at = fact.event.occurredAt;
    const month = monthOf(at);
    const earlier = row.first_serviced_at === null || at < row.first_serviced_at;
    return {
      ...row,
      ...(earlier ? { first_serviced_at: at, first_service_month: month } : {}),
      months: { ...row.months, [month]: withService(row.months[month], fact.event.data) },
    };
  };

  const clients: FoldRule<RetentionEvent, RetentionClient> = {
    shape: 'fold',
    table: retentionClient,
    key: ({ stream }) => clientIdOf(stream),
    evolve: { ClientConverted: converted, ClientServiced: serviced },
  };
  const services: AppendRule<RetentionEvent, RetentionService> = {
    shape: 'append',
    table: retentionService,
    on: { ClientConverted: () => [], ClientServiced: (event) => [serviceRow(event)] },
  };
  return {
    name: COHORT_RETENTION,
    version: 1,
    parameters: { zone },
    streams: [CLIENT_STREAMS],
    tables: [clients, cohorts, cells, revenue, services],
  };
}

function withService(
  month: ServedMonth = { services: 0, amounts: {} },
  { amountMinor, currency }: Serviced['event']['data'],
): ServedMonth {
  const services = month.services + 1;
  if (amountMinor === undefined || currency === undefined) return { ...month, services };
  const sum = month.amounts[currency] ?? { minor: 0, services: 0 };
  const amount = { minor: sum.minor + amountMinor, services: sum.services + 1 };
  return { services, amounts: { ...month.amounts, [currency]: amount } };
}

const serviceRow = ({ id, stream, position, recordedAt, event }: Serviced): RetentionService => ({
  position,
  event_id: id,
  service_id: event.data.serviceId,
  client_id: clientIdOf(stream),
  serviced_at: event.occurredAt,
  amount_minor: event.data.amountMinor === undefined ? null : BigInt(event.data.amountMinor),
  currency: event.data.currency ?? null,
  recorded_at: recordedAt,
});

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

/** The cohorts a client belongs to: none by first service as long as it was never serviced. */
function cohortsOf({ converted_month, first_service_month }: RetentionClient): CohortKey[] {
  const converted: CohortKey = { anchor: 'converted', grain: 'month', cohort: converted_month };
  if (first_service_month === null) return [converted];
  return [converted, { anchor: 'first_service', grain: 'month', cohort: first_service_month }];
}

/** Its months with what they hold, each by its index k in a cohort. */
const servedMonths = (client: RetentionClient, { cohort }: CohortKey) =>
  Object.entries(client.months).map(([month, served]) => ({ k: monthsBetween(cohort, month), ...served }));

const cellsOf = (client: RetentionClient, key: CohortKey) =>
  servedMonths(client, key).filter(({ k }) => k >= 0);
