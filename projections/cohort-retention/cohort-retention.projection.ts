import type { EventOf } from '../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type { ClientConverted, ClientServiced } from '../../src/client/lifecycle/lifecycle.events.js';
import type { AppendRule, FoldRule, Projection, SumRule } from '../../src/projecting/projection.js';
import { monthCalendar, monthsBetween, type Month } from './month-calendar.js';
import {
  retentionCell,
  retentionClient,
  retentionCohort,
  retentionRevenue,
  retentionService,
  type Anchor,
  type CohortKey,
  type RetentionCell,
  type RetentionClient,
  type RetentionCohort,
  type RetentionRevenue,
  type RetentionService,
  type ServedMonth,
} from './cohort-retention.tables.js';

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

  const converted = (row: RetentionClient | null, { id, stream, recordedAt, event }: Converted) => ({
    ...(row ?? newcomer(stream)),
    converted_at: event.occurredAt,
    converted_month: monthOf(event.occurredAt),
    converted_recorded_at: recordedAt,
    converted_event_id: id,
  });

  const serviced = (before: RetentionClient | null, { stream, event }: Serviced): RetentionClient => {
    const row = before ?? newcomer(stream);
    const at = event.occurredAt;
    const month = monthOf(at);
    const earlier = row.first_serviced_at === null || at < row.first_serviced_at;
    return {
      ...row,
      ...(earlier ? { first_serviced_at: at, first_service_month: month } : {}),
      months: { ...row.months, [month]: withService(row.months[month], event.data) },
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
    name: 'cohort-retention',
    version: 1,
    parameters: { zone },
    streams: [CLIENT_STREAMS],
    tables: [clients, cohorts, cells, revenue, services],
  };
}

const newcomer = (stream: string): RetentionClient => ({
  client_id: clientIdOf(stream),
  converted_at: null,
  converted_month: null,
  converted_recorded_at: null,
  converted_event_id: null,
  first_serviced_at: null,
  first_service_month: null,
  months: {},
});

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
    anchors(client).map(([key, cohort]) => ({
      ...key,
      clients: 1,
      services_before: servedMonths(client, cohort).reduce(
        (n, [k, { services }]) => n + (k < 0 ? services : 0),
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
    anchors(client).flatMap(([key, cohort]) =>
      servedMonths(client, cohort).flatMap(([k]) => (k < 0 ? [] : [{ ...key, k, clients: 1 }])),
    ),
};

/** What it brought in each of those months, each currency for itself. */
const revenue: SumRule<RetentionClient, RetentionRevenue> = {
  shape: 'sum',
  table: retentionRevenue,
  from: retentionClient.name,
  addends: (client) =>
    anchors(client).flatMap(([key, cohort]) =>
      servedMonths(client, cohort).flatMap(([k, { amounts }]) =>
        Object.entries(k < 0 ? {} : amounts).map(([currency, { minor, services }]) => ({
          ...key,
          k,
          currency,
          amount_minor: BigInt(minor),
          services,
          clients: 1,
        })),
      ),
    ),
};

/** The cohorts a client belongs to: none by first service as long as it was never serviced. */
function anchors(client: RetentionClient): [CohortKey, Month][] {
  const months: [Anchor, Month | null][] = [
    ['converted', client.converted_month],
    ['first_service', client.first_service_month],
  ];
  return months.flatMap(([anchor, cohort]) =>
    cohort === null ? [] : [[{ anchor, grain: 'month', cohort }, cohort] as [CohortKey, Month]],
  );
}

/** Its months with what they hold, each by its index k in a cohort. */
const servedMonths = (client: RetentionClient, cohort: Month): [number, ServedMonth][] =>
  Object.entries(client.months).map(([month, served]) => [monthsBetween(cohort, month), served]);
