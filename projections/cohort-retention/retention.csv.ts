import type { ClientCohort, RetentionReport, RevenueCohort } from './retention.answer.js';

/** @returns a row a cell, for `Accept: text/csv`; the columns are those of the measure */
export const csvRows = ({ cohorts }: RetentionReport): object[] =>
  (cohorts as (ClientCohort | RevenueCohort)[]).flatMap((row) =>
    'currency' in row ? revenueRows(row) : clientRows(row),
  );

const clientRows = ({ cohort, size, cells }: ClientCohort): object[] =>
  cells.map(({ k, period, numerator, rate, complete }) => {
    return { cohort, k, period, cohort_size: size, retained: numerator, rate, complete };
  });

const revenueRows = ({ cohort, currency, cells }: RevenueCohort): object[] =>
  cells.map((cell) => ({
    cohort,
    k: cell.k,
    period: cell.period,
    currency,
    revenue_minor: cell.amountMinor,
    services: cell.services,
    clients_serviced: cell.clientsServiced,
    cum_revenue_minor: cell.cumulativeMinor,
    cum_revenue_minor_per_client: cell.cumulativeMinorPerClient,
  }));
