import { plusMonths, type Month, type MonthCalendar } from './month-calendar.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Anchor } from './cohort-retention.tables.js';
import {
  COUNTS,
  cellFigures,
  type CountedCell,
  type FiguresQuestion,
  type RetentionFigures,
  type Sql,
} from './retention.figures.js';

/**
 * The figures counted from the facts, for any day in any zone; it reads them all, which takes its time. PostgreSQL does
 * not reckon with zones here: it is given the months' first instants and finds the one that an instant falls behind, so
 * there is one opinion on where a month begins.
 */
export async function figuresFromFacts(sql: Sql, question: FiguresQuestion): Promise<RetentionFigures> {
  const { anchor, measure, asOf, calendar } = question;
  const months = monthsUpTo(asOf, calendar, await firstMonth(sql));
  const monthAt = (bucket: number): Month => months[bucket - 1] as Month;
  const parameters = [asOf, months.map(calendar.startOf)];
  // The sizes of the cohorts come as rows without a k, so that clients are placed once for both.
  const counted = await sql.query<(NumberedCell & { k: number | null })[]>(
    `WITH client AS MATERIALIZED (${PLACED[anchor]})
     SELECT cohort, NULL::integer AS k, NULL AS currency, count(*)::integer AS clients, 0 AS services,
            NULL::numeric AS "amountMinor"
     FROM client GROUP BY cohort
     UNION ALL
     SELECT cohort, k, currency, count(*)::integer, sum(services)::integer, sum(amount)
     FROM (SELECT cohort, width_bucket(serviced_at, $2::timestamptz[]) - cohort AS k,
                  ${measure === 'revenue' ? 'currency' : 'NULL'} AS currency,
                  count(*) AS services, sum(amount_minor) AS amount
           FROM client JOIN retention_service USING (client_id)
           WHERE serviced_at < $1 AND ${COUNTS}
           GROUP BY client_id, 1, 2, 3) AS client_in_month
     GROUP BY cohort, k, currency`,
    parameters,
  );
  const sizes = counted.filter(({ k }) => k === null);
  const served = counted.filter((cell): cell is NumberedCell => cell.k !== null);
  const servicesBefore = new Map<number, number>();
  for (const { cohort, k, services } of served)
    if (k < 0) servicesBefore.set(cohort, (servicesBefore.get(cohort) ?? 0) + services);
  const cells = served.filter(({ k }) => k >= 0).map((row) => ({ ...row, cohort: monthAt(row.cohort) }));
  return {
    cohorts: sizes.map(({ cohort, clients: size }) => ({
      cohort: monthAt(cohort),
      clients: size,
      servicesBefore: servicesBefore.get(cohort) ?? 0,
    })),
    ...cellFigures(cells, measure),
  };
}

/** Clients in a cohort before the instant $1, with the number of its month among those that begin at $2. */
const PLACED: Record<Anchor, string> = {
  converted: `
    SELECT client_id, counts_from, width_bucket(converted_at, $2::timestamptz[]) AS cohort
    FROM retention_conversion WHERE superseded_at IS NULL AND converted_at < $1`,
  first_service: `
    SELECT client_id, counts_from, width_bucket(min(serviced_at), $2::timestamptz[]) AS cohort
    FROM retention_service JOIN retention_conversion USING (client_id)
    WHERE superseded_at IS NULL AND serviced_at < $1 AND ${COUNTS}
    GROUP BY client_id, counts_from`,
};

/** Its cohort is the number of a month, from 1. */
type NumberedCell = Omit<CountedCell, 'cohort'> & { readonly cohort: number };

/** Whoever was ever serviced is in a cohort by first service, so no fact is older than the oldest cohort of either anchor. */
async function firstMonth(sql: Sql): Promise<Month | null> {
  const [row] = await sql.query<[{ month: Month | null }]>(
    `SELECT min(cohort) AS month FROM retention_cohort WHERE grain = 'month'`,
  );
  return row.month;
}

/** The first month is one of the business's zone; in another zone its first facts may lie in the month before. */
function monthsUpTo(asOf: Instant, { monthOf }: MonthCalendar, first: Month | null): Month[] {
  const months: Month[] = [];
  const last = monthOf(asOf);
  for (let month = plusMonths(first ?? last, -1); month <= last; month = plusMonths(month, 1))
    months.push(month);
  return months;
}
