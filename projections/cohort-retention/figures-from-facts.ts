import { heldFacts, type HeldFacts } from '../analytics/held.js';
import { activityChanges, lapsesBy } from '../analytics/lapse-rule.js';
import type { Period } from '../analytics/period-calendar.js';
import { periodsSoFar } from '../analytics/periods-so-far.js';
import type { Sql } from '../analytics/reports.js';
import { indexOf, placed, type Counting } from './placing.sql.js';
import {
  runningTotals,
  type Change,
  type CohortFigure,
  type FactsQuestion,
  type Mode,
  type RetentionFigures,
} from './retention.figures.js';

/**
 * The figures counted from the facts: for any day, in any zone, of any clients, and as known at any moment; it reads them
 * all, which takes its time. PostgreSQL does not reckon with zones here: it is given the periods' first instants and finds the
 * one that an instant falls behind, so there is one opinion on where a period begins.
 */
export async function figuresFromFacts(sql: Sql, question: FactsQuestion): Promise<RetentionFigures> {
  const { mode, calendar, asOf, clients = {} } = question;
  const periods = await periodsSoFar(sql, calendar, asOf);
  const facts = heldFacts({ ...clients, asOf, knownAt: question.knownAt });
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const rows = await sql.query<CountedRow[]>(
    `${facts.with}, ${placed(facts, { ...question, starts })}, ${COUNTED[mode](facts, { ...question, starts })}
     SELECT 'size' AS what, in_group, cohort, observed, NULL::int AS k, NULL AS currency, count(*)::int AS clients,
            0 AS services, NULL::text AS amount FROM placed GROUP BY in_group, cohort, observed
     UNION ALL SELECT 'cell', in_group, cohort, observed, k, currency, clients, services, amount::text FROM counted`,
    facts.parameters,
  );
  const grouped = clients.groupBy !== undefined;
  return figuresOf(rows, question, (row) => ({
    ...(grouped ? { group: row.in_group } : {}),
    cohort: periods[row.cohort - 1] as Period,
  }));
}

/** A number of clients: of a cohort, or of one of its cells. Its cohort is the number of a period, from 1. */
interface CountedRow {
  readonly what: 'size' | 'cell';
  readonly in_group: string | null;
  readonly cohort: number;
  /** windows for which these clients were observed; null in the calendar */
  readonly observed: number | null;
  /** of services before the cohort: less than 0 */
  readonly k: number | null;
  readonly currency: string | null;
  readonly clients: number;
  readonly services: number;
  readonly amount: string | null;
}

/** What is seen of a client's services by index, summed up for each client. */
const byIndex = (facts: HeldFacts, counting: Counting): string => {
  const currency = counting.measure === 'revenue' ? 'said.currency' : 'NULL::text';
  return `client_in_cell AS (
    SELECT said.client_id, holder.in_group, holder.cohort, holder.observed, ${indexOf('said.at', 'holder', counting)} AS k,
           ${currency} AS currency, count(*) AS services, sum(said.amount_minor) AS amount
    ${facts.servicesOf('placed')}
    GROUP BY 1, 2, 3, 4, 5, 6)`;
};

/** The clients in cells as a table `counted`. Services before the cohort come along under an index less than 0. */
const COUNTED: Record<Mode, (facts: HeldFacts, counting: Counting) => string> = {
  bounded: (facts, counting) => `${byIndex(facts, counting)}, counted AS (
    SELECT in_group, cohort, NULL::int AS observed, k, currency, count(*)::int AS clients, sum(services)::int AS services,
           sum(amount) AS amount
    FROM client_in_cell WHERE observed IS NULL OR k < observed GROUP BY in_group, cohort, k, currency)`,

  bracket: (facts, counting) => {
    const { brackets = [] } = counting;
    const froms = `${facts.bind(brackets.map(({ from }) => from))}::int[]`;
    const tos = `${facts.bind(brackets.map(({ to }) => to))}::int[]`;
    return `${byIndex(facts, counting)}, client_in_bracket AS (
      SELECT client_id, in_group, cohort, currency, CASE WHEN k < 0 THEN -1 ELSE (${froms})[bracket] END AS k,
             sum(services) AS services, sum(amount) AS amount
      FROM (SELECT *, width_bucket(k, ${froms}) AS bracket FROM client_in_cell) AS cell
      WHERE k < 0 OR k <= (${tos})[bracket] AND (observed IS NULL OR (${tos})[bracket] < observed)
      GROUP BY 1, 2, 3, 4, 5), counted AS (
      SELECT in_group, cohort, NULL::int AS observed, k, currency, count(*)::int AS clients, sum(services)::int AS services,
             sum(amount) AS amount
      FROM client_in_bracket GROUP BY in_group, cohort, k, currency)`;
  },

  // A client is counted once, in the last of its cells: it is in every one up to that.
  unbounded: (facts, counting) => `${byIndex(facts, counting)}, client_to_its_last AS (
    SELECT in_group, cohort, observed, least(max(k), observed - 1) AS last,
           coalesce(sum(services) FILTER (WHERE k < 0), 0) AS before
    FROM client_in_cell GROUP BY client_id, in_group, cohort, observed), counted AS (
    SELECT in_group, cohort, observed, last AS k, NULL::text AS currency, count(*)::int AS clients, 0 AS services,
           NULL::numeric AS amount
    FROM client_to_its_last WHERE last >= 0 GROUP BY in_group, cohort, observed, last
    UNION ALL SELECT in_group, cohort, NULL, -1, NULL, 0, sum(before)::int, NULL
    FROM client_to_its_last GROUP BY in_group, cohort)`,

  status: (facts, counting) => `served AS MATERIALIZED (
    SELECT said.client_id, holder.in_group, holder.cohort, holder.anchored_at, holder.observed, min(said.at) AS first_at, NULL::uuid AS first_event_id,
           count(*) FILTER (WHERE ${indexOf('said.at', 'holder', counting)} < 0) AS before
    ${facts.servicesOf('placed')} GROUP BY 1, 2, 3, 4, 5),
    lapsed AS (${lapsesBy(counting.lapses ?? {}, facts)}),
    change AS (${activityChanges({ lapses: 'lapsed', served: 'served' }, facts)}), counted AS (
    SELECT served.in_group, served.cohort, served.observed, greatest(0, ${indexOf('change.at', 'served', counting)}) AS k,
           NULL::text AS currency, sum(delta)::int AS clients, 0 AS services, NULL::numeric AS amount
    FROM change JOIN served ${facts.perClient} GROUP BY 1, 2, 3, 4
    UNION ALL SELECT in_group, cohort, NULL, -1, NULL, 0, sum(before)::int, NULL FROM served GROUP BY in_group, cohort)`,
};

type Head = Pick<CohortFigure, 'group' | 'cohort'>;

function figuresOf(
  rows: readonly CountedRow[],
  { mode, measure, calendar, asOf }: FactsQuestion,
  headOf: (row: CountedRow) => Head,
): RetentionFigures {
  const cells = rows.filter(({ what, k }) => what === 'cell' && (k as number) >= 0);
  const cohorts = cohortsOf(rows, headOf);
  if (measure === 'revenue') {
    const revenue = cells.flatMap((row) =>
      row.currency === null ? [] : [{ ...headOf(row), ...money(row), currency: row.currency }],
    );
    return { cohorts, cells: [], revenue };
  }
  const figure = (row: CountedRow) => ({ ...headOf(row), k: row.k as number, clients: row.clients });
  if (mode === 'bounded' || mode === 'bracket') return { cohorts, cells: cells.map(figure), revenue: [] };
  // From one index on, or up to one; and never beyond the windows that these clients were observed for.
  const changes = cells.flatMap((row): Change[] => {
    const { clients, k, ...head } = figure(row);
    const [from, to] = mode === 'status' ? [k, row.observed ?? Infinity] : [0, k + 1];
    if (from >= to) return [];
    const leaving = to === Infinity ? [] : [{ ...head, k: to, delta: -clients }];
    return [{ ...head, k: from, delta: clients }, ...leaving];
  });
  const longest = new Map<Period, number>();
  for (const { cohort, k } of changes) longest.set(cohort, Math.max(k, longest.get(cohort) ?? 0));
  const elapsed = cells.some(({ observed }) => observed !== null);
  const last = (cohort: Period): number =>
    elapsed ? (longest.get(cohort) ?? 0) : calendar.between(cohort, calendar.periodOf(asOf));
  return { cohorts, cells: runningTotals(changes, last), revenue: [] };
}

/** As numbers, sums are exact up to 9 × 10^15 minor units. */
const money = ({ k, clients, services, amount }: CountedRow) => ({
  k: k as number,
  clients,
  services,
  amountMinor: Number(amount ?? 0),
});

function cohortsOf(rows: readonly CountedRow[], headOf: (row: CountedRow) => Head): CohortFigure[] {
  const found = new Map<string, CohortFigure>();
  for (const row of rows) {
    const head = headOf(row);
    const key = JSON.stringify(head);
    const figure = found.get(key) ?? { ...head, clients: 0, servicesBefore: 0 };
    if (row.what === 'cell') {
      if ((row.k as number) >= 0) continue;
      found.set(key, { ...figure, servicesBefore: figure.servicesBefore + row.services });
      continue;
    }
    const observed =
      row.observed === null
        ? {}
        : { observed: [...(figure.observed ?? []), { windows: row.observed, clients: row.clients }] };
    found.set(key, { ...figure, ...observed, clients: figure.clients + row.clients });
  }
  return [...found.values()];
}
