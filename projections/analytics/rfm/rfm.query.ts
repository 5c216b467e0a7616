import type { Await } from '../../../src/http/await-position.js';
import { Problem } from '../../../src/http/problem.js';
import { Currency, OneOf } from '../../../src/schema/fields.js';
import { QueryInteger } from '../../../src/schema/query-fields.js';
import { ClientParameters } from '../analytics.parameters.js';
import { dayNumbers } from '../day-numbers.js';
import { groupOf, type InSomeGroup } from '../groups.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts, type HeldFacts } from '../held.js';
import { inGroup, lineageOf, openFigure, strayGroup } from '../lineage.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { RFM_SEGMENTS, type RfmCell, type RfmRange, type RfmRow, type RfmSegment } from './rfm.answer.js';

export class RfmParameters extends ClientParameters {
  @Currency({ about: 'in which monetary value is counted; needed where there are several', optional: true })
  currency?: string;

  @OneOf(['visits', 'services'], {
    about: 'what frequency counts: distinct days, or services',
    optional: true,
  })
  frequency: 'visits' | 'services' = 'visits';

  @QueryInteger({
    about: 'frequency and monetary value of so many days before asOf; of the whole life unless told',
    min: 1,
    max: 36_500,
    optional: true,
  })
  trailingDays?: number;
}

export class RfmFigureParameters extends lineageOf(RfmParameters) {
  @OneOf(RFM_SEGMENTS, { about: 'only clients of this segment', optional: true })
  rfmSegment?: RfmSegment;

  @QueryInteger({ about: 'only clients with this score', min: 1, max: 5, optional: true })
  r?: number;

  @QueryInteger({ about: 'only clients with this score', min: 1, max: 5, optional: true })
  f?: number;

  @QueryInteger({ about: 'only clients with this score', min: 1, max: 5, optional: true })
  m?: number;
}

interface Scored extends InSomeGroup {
  readonly r: number;
  readonly f: number;
  readonly m: number;
  readonly rfm_segment: RfmSegment;
  readonly clients: number;
  readonly amount: string;
  readonly ranges: Record<'r' | 'f' | 'm', readonly [least: number, most: number]>;
}

/**
 * Recency, frequency and monetary value by rank.
 * @throws Problem 400 for parameters that contradict each other, and without a currency where there are several
 */
export const rfm = (reports: Reports, parameters: RfmParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => rfmSaid(parameters, frame),
    (sql, frame) => rfmFigures(sql, parameters, frame),
  );

/** @returns the parts of the answer beside `meta` */
export async function rfmFigures(sql: Sql, parameters: RfmParameters, frame: Frame) {
  const { facts, tables } = await scoreTables(sql, parameters, frame);
  const cells = await sql.query<Scored[]>(
    `${tables} SELECT in_group, r, f, m, rfm_segment, count(*)::int AS clients, sum(amount)::text AS amount,
           jsonb_build_object('r', jsonb_build_array(min(days), max(days)), 'f', jsonb_build_array(min(times), max(times)),
             'm', jsonb_build_array(min(amount), max(amount))) AS ranges
         FROM scored GROUP BY 1, 2, 3, 4, 5 ORDER BY in_group NULLS LAST, r DESC, f DESC, m DESC`,
    facts.parameters,
  );
  return {
    rows: segmentRows(cells, parameters),
    cells: cells.map(({ in_group, r, f, m, rfm_segment: rfmSegment, clients, amount }): RfmCell => ({
      ...groupOf(parameters, in_group),
      ...{ r, f, m, rfmSegment, clients, amountMinor: Number(amount) },
    })),
    ranges: rangeRows(cells, parameters),
  };
}

/** The clients with a score or of a segment, each with its services. */
export const rfmClients = (reports: Reports, parameters: RfmFigureParameters, wait: Await | undefined) =>
  openFigure(
    reports,
    parameters,
    wait,
    (frame) => {
      const { definition, params } = rfmSaid(parameters, frame);
      const { rfmSegment, r, f, m, group } = parameters;
      return {
        definition: `The clients behind a figure. ${definition}`,
        params: { ...params, rfmSegment, r, f, m, group },
      };
    },
    async (sql, frame) => {
      const { facts, tables } = await scoreTables(sql, parameters, frame);
      const { rfmSegment, ...scores } = parameters;
      const which = [
        ...(['r', 'f', 'm'] as const).flatMap((one) =>
          scores[one] === undefined ? [] : [`${one} = ${facts.bind(scores[one])}::int`],
        ),
        ...(rfmSegment === undefined ? [] : [`rfm_segment = ${facts.bind(rfmSegment)}`]),
        inGroup(parameters, facts),
      ];
      const rows = `SELECT client_id, last_at AS at, event_ids FROM scored WHERE ${which.join(' AND ')}`;
      return { facts, with: tables, rows };
    },
    strayGroup(parameters),
  );

function rfmSaid(parameters: RfmParameters, { calendar }: Frame): Said {
  const { currency, frequency, trailingDays } = parameters;
  const lately = trailingDays === undefined ? '' : ` of the ${trailingDays} days before asOf`;
  return {
    definition: [
      `Of all clients ever serviced: R, days in ${calendar.zone} since the last visit; F, ${frequency}${lately}; M, what its services brought${lately}${currency === undefined ? '' : ` in ${currency}`}.`,
      'Each scores 1 + floor(5 × clients strictly worse / clients), so equal clients score the same; a client’s score moves when others do.',
      'Segments follow from R and FM = floor((F + M + 1) / 2), the first that fits: R ≥ 4, FM ≥ 4 champions; R = 3, FM ≥ 4 loyal; R ≤ 2, FM ≥ 4 at_risk; R ≥ 4, FM 2–3 potential_loyal; R ≥ 4 new_or_promising; R = 3 needs_attention; R = 2 about_to_sleep; FM ≥ 2 hibernating; else lost.',
      ...groupingSaid(parameters),
      'Scores are among the clients that the report is of, of all groups together.',
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { currency, frequency, trailingDays, ...clientFilters(parameters) },
  };
}

/** @returns the facts with the table `scored`: a client that was serviced, its figures, scores, segment and services */
async function scoreTables(
  sql: Sql,
  parameters: RfmParameters,
  frame: Frame,
): Promise<{ facts: HeldFacts; tables: string }> {
  const { frequency, trailingDays } = parameters;
  const currency = parameters.currency ?? (await onlyCurrency(sql, parameters, frame));
  const facts = heldFacts({ ...clientFilters(parameters), asOf: frame.asOf, knownAt: frame.knownAt });
  const day = await dayNumbers(sql, facts, frame);
  const lately =
    trailingDays === undefined
      ? 'TRUE'
      : `at >= $1::timestamptz - make_interval(secs => ${trailingDays} * 86400.0)`;
  // A client in several groups is one client, and is ranked once.
  const tables = `${facts.with},
    figure AS (
      SELECT client_id, in_group, max(at) AS last_at, ${day.asOf} - max(day) AS days,
        count(${frequency === 'visits' ? 'DISTINCT day' : '*'}) FILTER (WHERE ${lately})::int AS times,
        coalesce(sum(amount_minor) FILTER (WHERE currency = ${facts.bind(currency)} AND ${lately}), 0)::bigint AS amount,
        array_agg(event_id ORDER BY at, position) AS event_ids
      FROM (SELECT *, ${day.of('at')} AS day FROM service) AS dated GROUP BY client_id, in_group),
    ranked AS (
      SELECT client_id, ${['days DESC', 'times', 'amount'].map((by, index) => `1 + 5 * (rank() OVER (ORDER BY ${by}) - 1) / count(*) OVER () AS ${'rfm'.charAt(index)}`).join(', ')}
      FROM (SELECT DISTINCT client_id, days, times, amount FROM figure) AS one),
    scored AS (
      SELECT *, CASE WHEN r >= 4 AND fm >= 4 THEN 'champions' WHEN r = 3 AND fm >= 4 THEN 'loyal'
        WHEN r <= 2 AND fm >= 4 THEN 'at_risk' WHEN r >= 4 AND fm >= 2 THEN 'potential_loyal' WHEN r >= 4 THEN 'new_or_promising'
        WHEN r = 3 THEN 'needs_attention' WHEN r = 2 THEN 'about_to_sleep' WHEN fm >= 2 THEN 'hibernating' ELSE 'lost' END AS rfm_segment
      FROM (SELECT figure.*, r::int, f::int, m::int, (f + m + 1) / 2 AS fm FROM figure JOIN ranked USING (client_id)) AS known)`;
  return { facts, tables };
}

async function onlyCurrency(
  sql: Sql,
  parameters: RfmParameters,
  { asOf, knownAt }: Frame,
): Promise<string | null> {
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const found = await sql.query<{ currency: string }[]>(
    `${facts.with} SELECT DISTINCT currency FROM service WHERE currency IS NOT NULL ORDER BY 1`,
    facts.parameters,
  );
  const currencies = found.map(({ currency }) => currency);
  if (currencies.length > 1)
    throw Problem.badRequest([
      {
        path: 'currency',
        message: `is needed, since there are ${currencies.join(', ')}, which are never added up`,
      },
    ]);
  return currencies[0] ?? null;
}

const keyOf = (group: string | null, ...rest: (string | number)[]) => JSON.stringify([group, ...rest]);

function segmentRows(cells: readonly Scored[], parameters: RfmParameters): RfmRow[] {
  const rows = new Map<string, RfmRow>();
  for (const { in_group, rfm_segment: rfmSegment, clients, amount } of cells) {
    const key = keyOf(in_group, rfmSegment);
    const row = rows.get(key) ?? { ...groupOf(parameters, in_group), rfmSegment, clients: 0, amountMinor: 0 };
    rows.set(key, { ...row, clients: row.clients + clients, amountMinor: row.amountMinor + Number(amount) });
  }
  const place = ({ rfmSegment }: RfmRow) => RFM_SEGMENTS.indexOf(rfmSegment);
  const rank = (group: string | null | undefined) => group ?? '\uffff';
  return [...rows.values()].sort((a, b) =>
    rank(a.group) === rank(b.group) ? place(a) - place(b) : rank(a.group) < rank(b.group) ? -1 : 1,
  );
}

function rangeRows(cells: readonly Scored[], parameters: RfmParameters): RfmRange[] {
  const rows = new Map<string, RfmRange>();
  for (const dimension of ['r', 'f', 'm'] as const)
    for (const cell of cells) {
      const { in_group, clients, ranges } = cell;
      const [score, [least, most]] = [cell[dimension], ranges[dimension]];
      const key = keyOf(in_group, dimension, score);
      const row = rows.get(key) ?? {
        ...groupOf(parameters, in_group),
        dimension,
        score,
        clients: 0,
        least,
        most,
      };
      rows.set(key, {
        ...row,
        clients: row.clients + clients,
        least: Math.min(row.least, least),
        most: Math.max(row.most, most),
      });
    }
  const order = ({ group, dimension, score }: RfmRange) =>
    `${group ?? '\uffff'}\0${'rfm'.indexOf(dimension)}${score}`;
  return [...rows.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
