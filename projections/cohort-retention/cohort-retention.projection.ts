import { CLIENT_STREAMS } from '../../src/client/client.events.js';
import type { Projection, SumRule } from '../../src/projecting/projection.js';
import { askFacts, attemptFacts, feedbackFacts } from '../analytics/facts/contact.facts.js';
import { complaintFacts } from '../analytics/facts/complaint.facts.js';
import type { AnalyticsEvent } from '../analytics/facts/fact-events.js';
import { heldClients } from '../analytics/facts/held-client.js';
import { closureFacts, lapseFacts, returnFacts } from '../analytics/facts/lapse.facts.js';
import { mergeFacts, moveFacts } from '../analytics/facts/merge.facts.js';
import { refundFacts } from '../analytics/facts/refund.facts.js';
import { serviceFacts, withdrawalFacts } from '../analytics/facts/service.facts.js';
import { COHORT_RETENTION } from '../analytics/facts/projection-name.js';
import { periodCalendar, periodsBetween } from '../analytics/period-calendar.js';
import {
  retentionCell,
  retentionClient,
  retentionCohort,
  retentionRevenue,
  retentionStatus,
  type CohortKey,
  type RetentionCell,
  type RetentionClient,
  type RetentionCohort,
  type RetentionRevenue,
  type RetentionStatus,
} from './cohort-retention.tables.js';
import { retentionClients } from './retention-client.js';
import { statusChanges } from './status-months.js';

/**
 * What every measure is drawn from (definitions in docs/reference/analytics.md), in one projection, so that a report reads
 * one state of it: the facts with both their times, what each client's months hold, and the counters that follow from it,
 * which answer the plain retention report. A void, a correction, a merge or its undoing moves services in all of them, and
 * so restates the past.
 * @param zone IANA name of the business's zone, in which the months of the counters are
 */
export const cohortRetention = (zone: string): Projection<AnalyticsEvent> => ({
  name: COHORT_RETENTION,
  version: 5,
  parameters: { zone },
  streams: [CLIENT_STREAMS],
  tables: [
    retentionClients(periodCalendar(zone, 'month')),
    ...[heldClients<RetentionClient>(retentionClient.name), cohorts, cells, status, revenue],
    ...[serviceFacts, withdrawalFacts, lapseFacts, returnFacts, closureFacts],
    ...[refundFacts, feedbackFacts, askFacts, attemptFacts, complaintFacts, mergeFacts, moveFacts],
  ],
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

/** Active at the end of a month, and not of the one before, or the other way round: the counters are sums of the differences. */
const status: SumRule<RetentionClient, RetentionStatus> = {
  shape: 'sum',
  table: retentionStatus,
  from: retentionClient.name,
  addends: (client) =>
    cohortsOf(client).flatMap((key) =>
      statusChanges(client).map(([month, delta]) => {
        return { ...key, k: Math.max(0, periodsBetween('month', key.cohort, month)), delta };
      }),
    ),
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
  Object.entries(client.months).map(([month, served]) => ({
    k: periodsBetween('month', cohort, month),
    ...served,
  }));

const cellsOf = (client: RetentionClient, key: CohortKey) =>
  servedMonths(client, key).filter(({ k }) => k >= 0);
