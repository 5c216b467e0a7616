import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type { AppendRule, Projection, Row, SumRule } from '../../src/projecting/projection.js';
import { monthCalendar, monthsBetween } from './month-calendar.js';
import {
  retentionCell,
  retentionClient,
  retentionCohort,
  retentionRevenue,
  retentionService,
  retentionWithdrawal,
  type CohortKey,
  type RetentionCell,
  type RetentionClient,
  type RetentionCohort,
  type RetentionRevenue,
  type RetentionService,
  type RetentionWithdrawal,
} from './cohort-retention.tables.js';
import { retentionClients, retentionConversions } from './retention-client.js';
import { movementOf, type RetentionEvent } from './service-movements.js';

export const COHORT_RETENTION = 'cohort-retention';

/**
 * Cohort retention and revenue (definitions in docs/reference/retention.md): what each client's months hold, the counters
 * that follow from it, and conversions and services as facts, for questions about another day or zone than the counters
 * answer. A void, a correction, a merge or its undoing moves services in both, and so restates the past.
 * @param zone IANA name of the business's zone, in which the months of the counters are
 */
export const cohortRetention = (zone: string): Projection<RetentionEvent> => ({
  name: COHORT_RETENTION,
  version: 3,
  parameters: { zone },
  streams: [CLIENT_STREAMS],
  tables: [
    retentionClients(monthCalendar(zone)),
    ...[cohorts, cells, revenue, retentionConversions, services, withdrawals],
  ],
});

const services: AppendRule<RetentionEvent, RetentionService> = {
  shape: 'append',
  table: retentionService,
  on: ofEach((fact) =>
    movementOf(fact.event).counted.map(({ serviceId, at, amountMinor, currency }) => ({
      position: fact.position,
      service_id: serviceId,
      event_id: fact.id,
      client_id: clientIdOf(fact.stream),
      serviced_at: at,
      amount_minor: amountMinor === undefined ? null : BigInt(amountMinor),
      currency: currency ?? null,
      recorded_at: fact.recordedAt,
    })),
  ),
};

const withdrawals: AppendRule<RetentionEvent, RetentionWithdrawal> = {
  shape: 'append',
  table: retentionWithdrawal,
  on: ofEach((fact) =>
    movementOf(fact.event).withdrawn.map(({ serviceId }) => ({
      client_id: clientIdOf(fact.stream),
      service_id: serviceId,
      position: fact.position,
      event_id: fact.id,
      recorded_at: fact.recordedAt,
    })),
  ),
};

/** Facts of all kinds may move services; which do, `movementOf` knows. */
function ofEach<R extends Row>(
  rows: (fact: RecordedEvent<RetentionEvent>) => R[],
): AppendRule<RetentionEvent, R>['on'] {
  return {
    ClientConverted: rows,
    ClientServiced: rows,
    ServiceCorrected: rows,
    ServiceVoided: rows,
    ClientMergedInto: rows,
    ClientAbsorbed: rows,
    ClientUnmerged: rows,
  };
}

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
