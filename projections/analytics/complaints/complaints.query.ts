import type { Await } from '../../../src/http/await-position.js';
import { OneOf, Text } from '../../../src/schema/fields.js';
import { ratio } from '../analytics.answer.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { groupOf, groupsOf, type InSomeGroup } from '../groups.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts, type HeldFacts } from '../held.js';
import { inGroup, lineageOf, openPeriodFigure } from '../lineage.js';
import { inView, periodHead } from '../period-rows.js';
import { periodsSoFar } from '../periods-so-far.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { curveOf } from '../survival/curve.answer.js';
import type { Watched } from '../survival/kaplan-meier.js';
import type { ComplaintsRow } from './complaints.answer.js';

export class ComplaintParameters extends PeriodParameters {
  @Text({ about: 'only complaints of this category', optional: true, max: 80 })
  category?: string;

  @Text({ about: 'only complaints of this severity', optional: true, max: 80, example: 'high' })
  severity?: string;
}

const FIGURES = ['services', 'complained', 'raised', 'resolved', 'open'] as const;

export class ComplaintFigureParameters extends lineageOf(ComplaintParameters) {
  @Text({ about: 'the period, as the report names it', max: 10, example: '2024-01' })
  period!: string;

  @OneOf(FIGURES, { about: 'services and complained are denominator and numerator of complaintRate' })
  figure!: (typeof FIGURES)[number];
}

/**
 * How often services are complained of, and how long it takes to resolve complaints.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const complaints = (reports: Reports, parameters: ComplaintParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => complaintsSaid(parameters, frame),
    async (sql, frame) => {
      const curves = groupsOf(parameters, await resolutions(sql, parameters, frame)).map(([group, watched]) =>
        curveOf(groupOf(parameters, group), watched),
      );
      return {
        rows: await complaintRows(sql, parameters, frame),
        resolution: curves.map(({ summary }) => summary),
        curve: curves.flatMap(({ rows }) => rows),
      };
    },
  );

/** The clients behind a figure, each with the services or complaints that count. */
export const complaintClients = (
  reports: Reports,
  parameters: ComplaintFigureParameters,
  wait: Await | undefined,
) =>
  openPeriodFigure(
    reports,
    parameters,
    wait,
    (frame) => complaintsSaid(parameters, frame),
    async (sql, frame) => {
      const { figure, period } = parameters;
      const { facts, tables, periods } = await complaintTables(sql, parameters, frame);
      const number = `${facts.bind(periods.indexOf(period) + 1)}::int`;
      const here = inGroup(parameters, facts);
      const [table, ids, which] = (
        {
          services: ['serviced', 'ARRAY[event_id]', `period = ${number}`],
          complained: ['chosen', 'ARRAY[event_id]', `service_period = ${number}`],
          raised: ['chosen', 'ARRAY[event_id]', `period = ${number}`],
          resolved: [
            'chosen',
            'ARRAY[event_id, resolved_event_id]',
            `period = ${number} AND resolved_at IS NOT NULL`,
          ],
          open: ['chosen', 'ARRAY[event_id]', `period = ${number} AND resolved_at IS NULL`],
        } as const
      )[figure];
      return {
        facts,
        with: tables,
        rows: `SELECT client_id, at, ${ids} AS event_ids FROM ${table} WHERE ${here} AND ${which}`,
      };
    },
  );

function complaintsSaid(parameters: ComplaintParameters, { calendar }: Frame): Said {
  const { grain, category, severity } = parameters;
  return {
    definition: [
      `Complaint rate: complaints about services of a ${grain}, whenever raised, of the services of that ${grain}; a complaint about no service in particular is in no rate.`,
      'Time to resolution: whole days of 86,400 s from a complaint to its last resolution, by Kaplan-Meier; an open complaint was watched until asOf, so that slow ones are not left out.',
      `Periods are ${grain}s of the calendar in ${calendar.zone}.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, category, severity, ...clientFilters(parameters) },
  };
}

/** @returns the facts with the tables `serviced` (services by period) and `chosen` (complaints, with their period and that of their service) */
async function complaintTables(
  sql: Sql,
  parameters: ComplaintParameters,
  { calendar, asOf, knownAt }: Frame,
): Promise<{ facts: HeldFacts; tables: string; periods: string[] }> {
  const { category, severity } = parameters;
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const periods = await periodsSoFar(sql, calendar, asOf);
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const demands = Object.entries({ category, severity }).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${facts.bind(value)}`],
  );
  const tables = `${facts.with},
    serviced AS (SELECT client_id, in_group, event_id, service_id, at, width_bucket(at, ${starts}) AS period FROM service),
    chosen AS (
      SELECT complaint.*, width_bucket(complaint.at, ${starts}) AS period, serviced.period AS service_period
      FROM complaint LEFT JOIN serviced ON serviced.service_id = complaint.service_id AND serviced.client_id = complaint.client_id
        AND serviced.in_group IS NOT DISTINCT FROM complaint.in_group
      ${demands.length === 0 ? '' : `WHERE ${demands.join(' AND ')}`})`;
  return { facts, tables, periods };
}

interface Counted extends InSomeGroup {
  readonly period: number;
  readonly services: number;
  readonly complained: number;
  readonly raised: number;
  readonly resolved: number;
}

/** @returns the rows of the report */
export async function complaintRows(
  sql: Sql,
  parameters: ComplaintParameters,
  frame: Frame,
): Promise<ComplaintsRow[]> {
  const { facts, tables, periods } = await complaintTables(sql, parameters, frame);
  const counted = await sql.query<Counted[]>(
    `${tables}, counted AS (
       SELECT in_group, period, 1 AS services, 0 AS complained, 0 AS raised, 0 AS resolved FROM serviced
       UNION ALL SELECT in_group, service_period, 0, 1, 0, 0 FROM chosen WHERE service_period IS NOT NULL
       UNION ALL SELECT in_group, period, 0, 0, 1, (resolved_at IS NOT NULL)::int FROM chosen)
     SELECT in_group, period, sum(services)::int AS services, sum(complained)::int AS complained, sum(raised)::int AS raised,
            sum(resolved)::int AS resolved
     FROM counted GROUP BY 1, 2`,
    facts.parameters,
  );
  return groupsOf(parameters, counted).flatMap(([group, rows]) =>
    periods.flatMap((period, index): ComplaintsRow[] => {
      const one = rows.find((row) => row.period === index + 1);
      if (!one || !inView(period, frame)) return [];
      const { services, complained, raised, resolved } = one;
      return [
        {
          ...groupOf(parameters, group),
          ...periodHead(period, frame),
          complaintRate: ratio(complained, services),
          ...{ raised, resolved, open: raised - resolved },
        },
      ];
    }),
  );
}

/** Complaints raised in the periods of the report, by how long they were open. */
async function resolutions(
  sql: Sql,
  parameters: ComplaintParameters,
  frame: Frame,
): Promise<(Watched & InSomeGroup)[]> {
  const { facts, tables, periods } = await complaintTables(sql, parameters, frame);
  const shown = periods.flatMap((period, index) => (inView(period, frame) ? [index + 1] : []));
  return sql.query(
    `${tables} SELECT in_group, greatest(0, floor(extract(epoch FROM coalesce(resolved_at, $1) - at) / 86400))::int AS duration,
       count(resolved_at)::int AS events, count(*) FILTER (WHERE resolved_at IS NULL)::int AS censored
     FROM chosen WHERE period = ANY(${facts.bind(shown)}::int[]) GROUP BY 1, 2`,
    facts.parameters,
  );
}
