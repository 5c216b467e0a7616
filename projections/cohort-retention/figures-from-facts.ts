import type { Period as Month, PeriodCalendar } from '../analytics/period-calendar.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Anchor } from './cohort-retention.tables.js';
import {
  COUNTS,
  cellFigures,
  countsWhere,
  type CellFigure,
  type CountedCell,
  type FactsQuestion,
  type Mode,
  type RetentionFigures,
  type Sql,
} from './retention.figures.js';

/**
 * The figures counted from the facts: for any day, in any zone, and as known at any moment; it reads them all, which takes
 * its time. PostgreSQL does not reckon with zones here: it is given the months' first instants and finds the one that an
 * instant falls behind, so there is one opinion on where a month begins.
 */
export async function figuresFromFacts(sql: Sql, question: FactsQuestion): Promise<RetentionFigures> {
  const { anchor, measure, mode, asOf, knownAt, calendar } = question;
  const months = monthsUpTo(asOf, calendar, await firstFact(sql));
  const monthAt = (bucket: number): Month => months[bucket - 1] as Month;
  const held = knownAt === null ? ON_RECORD : KNOWN_BEFORE_3;
  const parameters = [asOf, months.map(calendar.startOf), ...(knownAt === null ? [] : [knownAt])];
  // The sizes of the cohorts come as rows without a k, so that clients are placed once for both.
  const counted = await sql.query<(NumberedCell & { k: number | null })[]>(
    `WITH client AS MATERIALIZED (${placed(anchor, held)}), client_in_month AS (
       SELECT client_id, cohort, width_bucket(at, $2::timestamptz[]) - cohort AS k,
              ${measure === 'revenue' ? 'currency' : 'NULL::text'} AS currency,
              count(*) AS services, sum(amount_minor) AS amount
       FROM client JOIN fact_service USING (client_id)
       WHERE at < $1 AND ${held.counts}
       GROUP BY client_id, 2, 3, 4)
     SELECT cohort, NULL::integer AS k, NULL AS currency, count(*)::integer AS clients, 0 AS services,
            NULL::numeric AS "amountMinor"
     FROM client GROUP BY cohort
     UNION ALL ${CELLS[mode]}`,
    parameters,
  );
  const sizes = counted.filter(({ k }) => k === null);
  const served = counted.filter((cell): cell is NumberedCell => cell.k !== null);
  const servicesBefore = new Map<number, number>();
  for (const { cohort, k, services } of served)
    if (mode === 'unbounded' || k < 0)
      servicesBefore.set(cohort, (servicesBefore.get(cohort) ?? 0) + services);
  const cells = served.filter(({ k }) => k >= 0).map((row) => ({ ...row, cohort: monthAt(row.cohort) }));
  return {
    cohorts: sizes.map(({ cohort, clients: size }) => ({
      cohort: monthAt(cohort),
      clients: size,
      servicesBefore: servicesBefore.get(cohort) ?? 0,
    })),
    ...(mode === 'bounded' ? cellFigures(cells, measure) : { cells: stillComing(cells), revenue: [] }),
  };
}

/** What of the facts is held true: all on record, or what was known before the instant $3. */
interface Held {
  /** of `held_client` */
  readonly client: string;
  readonly counts: string;
}

const ON_RECORD: Held = { client: 'superseded_at IS NULL', counts: COUNTS };
const KNOWN_BEFORE_3: Held = {
  client: 'held_client.recorded_at < $3 AND (superseded_at IS NULL OR superseded_at >= $3)',
  counts: countsWhere('fact_service.recorded_at < $3', 'gone.recorded_at < $3'),
};

/** Clients in a cohort before the instant $1, with the number of its month among those that begin at $2. */
const placed = (anchor: Anchor, { client, counts }: Held): string =>
  anchor === 'converted'
    ? `SELECT client_id, counts_from, width_bucket(converted_at, $2::timestamptz[]) AS cohort
       FROM held_client WHERE ${client} AND converted_at < $1`
    : `SELECT client_id, counts_from, width_bucket(min(at), $2::timestamptz[]) AS cohort
       FROM fact_service JOIN held_client USING (client_id)
       WHERE ${client} AND at < $1 AND ${counts}
       GROUP BY client_id, counts_from`;

/**
 * Unbounded, a client is counted once, in the last of its months: it is in every cell up to that one. Its services before the
 * cohort's month come along.
 */
const CELLS: Record<Mode, string> = {
  bounded: `
    SELECT cohort, k, currency, count(*)::integer, sum(services)::integer, sum(amount)
    FROM client_in_month GROUP BY cohort, k, currency`,
  unbounded: `
    SELECT cohort, last, NULL, count(*)::integer, coalesce(sum(before), 0)::integer, NULL
    FROM (SELECT cohort, max(k) AS last, sum(services) FILTER (WHERE k < 0) AS before
          FROM client_in_month GROUP BY client_id, cohort) AS client_to_its_last
    GROUP BY cohort, last`,
};

/** @param last clients by the last month that they were served in. @returns clients served in a month or any later one */
function stillComing(last: readonly CellFigure[]): CellFigure[] {
  const byCohort = groupedByCohort(last);
  return [...byCohort].flatMap(([cohort, cells]) => {
    const ends = new Map(cells.map(({ k, clients }) => [k, clients]));
    const figures: CellFigure[] = [];
    let clients = 0;
    for (let k = Math.max(...ends.keys()); k >= 0; k--) {
      clients += ends.get(k) ?? 0;
      figures.push({ cohort, k, clients });
    }
    return figures;
  });
}

function groupedByCohort(cells: readonly CellFigure[]): Map<Month, CellFigure[]> {
  const grouped = new Map<Month, CellFigure[]>();
  for (const cell of cells) grouped.set(cell.cohort, [...(grouped.get(cell.cohort) ?? []), cell]);
  return grouped;
}

/** Its cohort is the number of a month, from 1. */
type NumberedCell = Omit<CountedCell, 'cohort'> & { readonly cohort: number };

/** @returns the oldest of all facts, held or not any more; null if there are none */
async function firstFact(sql: Sql): Promise<Instant | null> {
  const [row] = await sql.query<[{ first: Date | null }]>(
    `SELECT least((SELECT min(converted_at) FROM held_client), (SELECT min(at) FROM fact_service)) AS first`,
  );
  return row.first === null ? null : new Date(row.first).toISOString();
}

function monthsUpTo(
  asOf: Instant,
  { periodOf: monthOf, plus }: PeriodCalendar,
  first: Instant | null,
): Month[] {
  const months: Month[] = [];
  const last = monthOf(asOf);
  for (let month = first === null ? last : monthOf(first); month <= last; month = plus(month, 1))
    months.push(month);
  return months;
}
