import { periodsBetween, type Period as Month } from '../analytics/period-calendar.js';
import type { Anchor } from './cohort-retention.tables.js';
import {
  COUNTS,
  cellFigures,
  withNumericAmount,
  type CellFigure,
  type CohortFigure,
  type CountedCell,
  type FiguresQuestion,
  type RetentionFigures,
  type RevenueFigure,
  type Sql,
} from './retention.figures.js';

type CounterQuestion = Pick<FiguresQuestion, 'anchor' | 'measure'>;

/** Everything on record, in months of the business's zone: the report as of now, facts never lying in the future. */
export async function figuresOfNow(
  sql: Sql,
  { anchor, measure }: CounterQuestion,
): Promise<RetentionFigures> {
  const counters = <Figure>(columns: string, table: string): Promise<Figure[]> =>
    sql.query(`SELECT ${columns} FROM ${table} WHERE anchor = $1 AND grain = 'month'`, [anchor]);
  const cohorts = await counters<CohortFigure>(
    'cohort, clients, services_before AS "servicesBefore"',
    'retention_cohort',
  );
  if (measure === 'clients') {
    return {
      cohorts,
      cells: await counters<CellFigure>('cohort, k, clients', 'retention_cell'),
      revenue: [],
    };
  }
  const revenue = await counters<RevenueFigure>(
    'cohort, k, currency, amount_minor AS "amountMinor", services, clients',
    'retention_revenue',
  );
  return { cohorts, cells: [], revenue: revenue.map(withNumericAmount) };
}

/**
 * As of a day gone by, in months of the business's zone. A period that had ended by then is in the counters as it was:
 * only facts of its own days are in it. So no more is counted from the facts than the period that was running.
 */
export async function figuresAsOf(sql: Sql, question: FiguresQuestion): Promise<RetentionFigures> {
  const { calendar, asOf } = question;
  const running = calendar.periodOf(asOf);
  const now = await figuresOfNow(sql, question);
  const ended = {
    cohorts: now.cohorts.filter(({ cohort }) => cohort < running),
    cells: now.cells.filter(({ cohort, k }) => k < periodsBetween('month', cohort, running)),
    revenue: now.revenue.filter(({ cohort, k }) => k < periodsBetween('month', cohort, running)),
  };
  // Then it has not begun: nothing that counts can lie in it.
  if (calendar.startOf(running) === asOf) return ended;
  const { cells, revenue } = cellFigures(await cellsOf(running, sql, question), question.measure);
  return {
    cohorts: [...ended.cohorts, ...(await cohortOf(running, sql, question))],
    cells: [...ended.cells, ...cells],
    revenue: [...ended.revenue, ...revenue],
  };
}

/** Where a client's cohort stands in `retention_client`, and how a service before the instant $2 knows that its client is in it. */
const PLACED: Record<Anchor, { month: string; before: string }> = {
  converted: { month: 'converted_month', before: 'converted_at < $2' },
  // Whoever has a service before an instant was first serviced before it.
  first_service: { month: 'first_service_month', before: 'first_service_month IS NOT NULL' },
};

/** The cohort of the running month as far as it had come; none if nobody was in it yet. */
async function cohortOf(running: Month, sql: Sql, question: FiguresQuestion): Promise<CohortFigure[]> {
  const found = await (question.anchor === 'converted' ? convertedIn : firstServicedIn)(
    running,
    sql,
    question,
  );
  return found.clients === 0 ? [] : [{ cohort: running, ...found }];
}

type Size = Omit<CohortFigure, 'cohort'>;

async function convertedIn(running: Month, sql: Sql, { calendar, asOf }: FiguresQuestion): Promise<Size> {
  const [found] = await sql.query<[Size]>(
    `SELECT count(*)::integer AS clients, coalesce(sum(before.services), 0)::integer AS "servicesBefore"
     FROM retention_client, LATERAL (
       SELECT sum((served.value ->> 'services')::integer) AS services
       FROM jsonb_each(months) AS served WHERE served.key < $3
     ) AS before
     WHERE converted_at >= $1 AND converted_at < $2`,
    [calendar.startOf(running), asOf, running],
  );
  return found;
}

async function firstServicedIn(running: Month, sql: Sql, { calendar, asOf }: FiguresQuestion): Promise<Size> {
  const [found] = await sql.query<[Size]>(
    `SELECT count(DISTINCT client_id)::integer AS clients, 0 AS "servicesBefore"
     FROM fact_service JOIN retention_client USING (client_id)
     WHERE at >= $1 AND at < $2 AND first_service_month = $3 AND ${COUNTS}`,
    [calendar.startOf(running), asOf, running],
  );
  return found;
}

/** The running month as a cell of every cohort, its own included. */
async function cellsOf(
  running: Month,
  sql: Sql,
  { anchor, measure, calendar, asOf }: FiguresQuestion,
): Promise<CountedCell[]> {
  const { month, before } = PLACED[anchor];
  const currency = measure === 'revenue' ? 'currency' : 'NULL';
  const served = await sql.query<Omit<CountedCell, 'k'>[]>(
    `SELECT ${month} AS cohort, ${currency} AS currency, count(DISTINCT client_id)::integer AS clients,
            count(*)::integer AS services, sum(amount_minor) AS "amountMinor"
     FROM fact_service JOIN retention_client USING (client_id)
     WHERE at >= $1 AND at < $2 AND ${before} AND ${COUNTS}
     GROUP BY 1, 2`,
    [calendar.startOf(running), asOf],
  );
  return served.map((cell) => ({ ...cell, k: periodsBetween('month', cell.cohort, running) }));
}
