import type { Period as Month } from '../analytics/period-calendar.js';
import type { Sql } from '../analytics/sql.js';
import {
  runningTotals,
  type CellFigure,
  type Change,
  type CohortFigure,
  type FiguresQuestion,
  type RetentionFigures,
  type RevenueFigure,
} from './retention.figures.js';

/** What counters are kept of: months of the business's zone, in two of the modes. */
type CounterQuestion = FiguresQuestion & { readonly mode: 'bounded' | 'status' };

/** Everything on record, in months of the business's zone: the report as of now, facts never lying in the future. */
export async function figuresOfNow(sql: Sql, question: CounterQuestion): Promise<RetentionFigures> {
  const { anchor, measure, mode, calendar, asOf } = question;
  const counters = <Figure>(columns: string, table: string): Promise<Figure[]> =>
    sql.query(`SELECT ${columns} FROM ${table} WHERE anchor = $1 AND grain = 'month'`, [anchor]);
  const cohorts = await counters<CohortFigure>(
    'cohort, clients, services_before AS "servicesBefore"',
    'retention_cohort',
  );
  if (measure === 'revenue') {
    const revenue = await counters<RevenueFigure>(
      'cohort, k, currency, amount_minor AS "amountMinor", services, clients',
      'retention_revenue',
    );
    return { cohorts, cells: [], revenue: revenue.map(withNumericAmount) };
  }
  if (mode === 'bounded')
    return {
      cohorts,
      cells: await counters<CellFigure>('cohort, k, clients', 'retention_cell'),
      revenue: [],
    };
  const changes = await counters<Change>('cohort, k, delta', 'retention_status');
  const last = (cohort: Month) => calendar.between(cohort, calendar.periodOf(asOf));
  return { cohorts, cells: runningTotals(changes, last), revenue: [] };
}

/** As numbers, sums are exact up to 9 × 10^15 minor units. */
const withNumericAmount = <Row extends { amountMinor: unknown }>(row: Row) => ({
  ...row,
  amountMinor: Number(row.amountMinor),
});
