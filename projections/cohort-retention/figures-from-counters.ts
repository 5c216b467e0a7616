import { heldFacts } from '../analytics/held.js';
import { periodsBetween, type Period as Month } from '../analytics/period-calendar.js';
import type { Sql } from '../analytics/reports.js';
import type { Anchor } from './cohort-retention.tables.js';
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

/**
 * As of a day gone by, in months of the business's zone, by mode bounded. A period that had ended by then is in the counters
 * as it was: only facts of its own days are in it. So no more is counted from the facts than the period that was running.
 */
export async function figuresAsOf(
  sql: Sql,
  question: FiguresQuestion & { readonly mode: 'bounded' },
): Promise<RetentionFigures> {
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
  const cells = await cellsOf(running, sql, question);
  return {
    cohorts: [...ended.cohorts, ...(await cohortOf(running, sql, question))],
    ...(question.measure === 'clients'
      ? { cells: [...ended.cells, ...cells], revenue: [] }
      : {
          cells: [],
          revenue: [
            ...ended.revenue,
            ...cells.flatMap(({ currency, ...cell }) =>
              currency === null ? [] : [withNumericAmount({ ...cell, currency })],
            ),
          ],
        }),
  };
}

/** As numbers, sums are exact up to 9 × 10^15 minor units. */
const withNumericAmount = <Row extends { amountMinor: unknown }>(row: Row) => ({
  ...row,
  amountMinor: Number(row.amountMinor),
});

/** Where a client's cohort stands in `retention_client`, and how a service before the instant $1 knows that its client is in it. */
const PLACED: Record<Anchor, { month: string; before: string }> = {
  converted: { month: 'converted_month', before: 'converted_at < $1' },
  // Whoever has a service before an instant was first serviced before it.
  first_service: { month: 'first_service_month', before: 'first_service_month IS NOT NULL' },
};

/** The cohort of the running month as far as it had come; none if nobody was in it yet. */
async function cohortOf(running: Month, sql: Sql, question: FiguresQuestion): Promise<CohortFigure[]> {
  const sized = question.anchor === 'converted' ? convertedIn : firstServicedIn;
  const found = await sized(running, sql, question);
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
  const facts = heldFacts({ asOf, knownAt: null });
  const [found] = await sql.query<[Size]>(
    `SELECT count(DISTINCT said.client_id)::integer AS clients, 0 AS "servicesBefore"
     ${facts.servicesOf('retention_client')}
       AND said.at >= ${facts.bind(calendar.startOf(running))} AND first_service_month = ${facts.bind(running)}`,
    facts.parameters,
  );
  return found;
}

/** Without a currency: of all services, or, where currencies are told apart, of those without an amount. */
interface RunningCell extends CellFigure {
  readonly currency: string | null;
  readonly services: number;
  /** 64 bits or more, so it comes as text */
  readonly amountMinor: string | null;
}

/** The running month as a cell of every cohort, its own included. */
async function cellsOf(
  running: Month,
  sql: Sql,
  { anchor, measure, calendar, asOf }: FiguresQuestion,
): Promise<RunningCell[]> {
  const { month, before } = PLACED[anchor];
  const currency = measure === 'revenue' ? 'said.currency' : 'NULL';
  const facts = heldFacts({ asOf, knownAt: null });
  const served = await sql.query<Omit<RunningCell, 'k'>[]>(
    `SELECT ${month} AS cohort, ${currency} AS currency, count(DISTINCT said.client_id)::integer AS clients,
            count(*)::integer AS services, sum(said.amount_minor) AS "amountMinor"
     ${facts.servicesOf('retention_client')} AND said.at >= ${facts.bind(calendar.startOf(running))} AND ${before}
     GROUP BY 1, 2`,
    facts.parameters,
  );
  return served.map((cell) => ({ ...cell, k: periodsBetween('month', cell.cohort, running) }));
}
