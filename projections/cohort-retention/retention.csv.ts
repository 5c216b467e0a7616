import type { ClientCohort, RetentionReport, RevenueCohort } from './retention.answer.js';

/** @returns a row a cell, for `Accept: text/csv`; the columns are those of the measure, and of what the report is grouped by */
export const csvRows = ({ cohorts }: RetentionReport): object[] =>
  (cohorts as (ClientCohort | RevenueCohort)[]).flatMap((row) => {
    const group = row.group === undefined ? {} : { group: row.group };
    return ('currency' in row ? revenueRows(row) : clientRows(row)).map((cells) => ({ ...group, ...cells }));
  });

const clientRows = ({ cohort, size, cells }: ClientCohort): object[] =>
  cells.map(({ k, toK, period, periodStart, numerator, denominator, rate, complete }) => ({
    cohort,
    k,
    ...(toK === undefined ? {} : { to_k: toK }),
    period,
    cohort_size: size,
    // In windows of elapsed time only those count who were observed for the whole of it.
    ...(periodStart === undefined ? { observed: denominator } : {}),
    retained: numerator,
    rate,
    complete,
  }));

const revenueRows = ({ cohort, currency, cells }: RevenueCohort): object[] =>
  cells.map((cell) => ({
    cohort,
    k: cell.k,
    ...(cell.toK === undefined ? {} : { to_k: cell.toK }),
    period: cell.period,
    currency,
    revenue_minor: cell.amountMinor,
    services: cell.services,
    clients_serviced: cell.clientsServiced,
    cum_revenue_minor: cell.cumulativeMinor,
    cum_revenue_minor_per_client: cell.cumulativeMinorPerClient,
  }));
