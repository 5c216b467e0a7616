import type { Await } from '../../../src/http/await-position.js';
import { OneOf } from '../../../src/schema/fields.js';
import { QueryInteger } from '../../../src/schema/query-fields.js';
import { ClientParameters } from '../analytics.parameters.js';
import { dayNumbers } from '../day-numbers.js';
import { groupOf, groupsOf, type InSomeGroup } from '../groups.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts, type HeldFacts } from '../held.js';
import { lapsesBy, lapsesSaid, Tie, WindowDays, type TieRule } from '../lapse-rule.js';
import { inGroup, lineageOf, openFigure, strayGroup } from '../lineage.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { curveOf } from './curve.answer.js';
import type { Watched } from './kaplan-meier.js';

export class SurvivalParameters extends ClientParameters {
  @WindowDays()
  windowDays?: number;

  @Tie()
  tieRule?: TieRule;
}

/** Which figure of which point of the curve. */
export class SurvivalFigureParameters extends lineageOf(SurvivalParameters) {
  @QueryInteger({ about: 'days of the point', min: 0, max: 100_000 })
  days!: number;

  @OneOf(['atRisk', 'events', 'censored'], { about: 'the figure' })
  figure!: 'atRisk' | 'events' | 'censored';
}

/**
 * How long clients stay until their first lapse, from their first service on.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const survival = (reports: Reports, parameters: SurvivalParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => survivalSaid(parameters, frame),
    (sql, frame) => survivalFigures(sql, parameters, frame),
  );

/** @returns the parts of the answer beside `meta` */
export async function survivalFigures(sql: Sql, parameters: SurvivalParameters, frame: Frame) {
  const { facts, tables } = await watchedClients(sql, parameters, frame);
  const counted = await sql.query<(Watched & InSomeGroup)[]>(
    `${tables} SELECT in_group, days AS duration, count(lapse_id)::int AS events, count(*) FILTER (WHERE lapse_id IS NULL)::int AS censored
     FROM watched GROUP BY 1, 2`,
    facts.parameters,
  );
  const curves = groupsOf(parameters, counted).map(([group, watched]) =>
    curveOf(groupOf(parameters, group), watched),
  );
  return { summary: curves.map((one) => one.summary), rows: curves.flatMap((one) => one.rows) };
}

/** The clients behind a figure of the curve, each with its first service and, where it has one, its first lapse. */
export const survivalClients = (
  reports: Reports,
  parameters: SurvivalFigureParameters,
  wait: Await | undefined,
) =>
  openFigure(
    reports,
    parameters,
    wait,
    (frame) => {
      const { definition, params } = survivalSaid(parameters, frame);
      const { days, figure, group } = parameters;
      return {
        definition: `The clients behind ${figure} after ${days} days. ${definition}`,
        params: { ...params, days, figure, group },
      };
    },
    async (sql, frame) => {
      const { facts, tables } = await watchedClients(sql, parameters, frame);
      const days = `${facts.bind(parameters.days)}::int`;
      const which = {
        atRisk: `days >= ${days}`,
        events: `days = ${days} AND lapse_id IS NOT NULL`,
        censored: `days = ${days} AND lapse_id IS NULL`,
      }[parameters.figure];
      const rows = `SELECT client_id, first_at AS at, array_remove(ARRAY[first_event_id, nullif(lapse_id, first_event_id)], NULL) AS event_ids
        FROM watched WHERE ${inGroup(parameters, facts)} AND ${which}`;
      return { facts, with: tables, rows };
    },
    strayGroup(parameters),
  );

function survivalSaid(parameters: SurvivalParameters, { calendar }: Frame): Said {
  const { windowDays, tieRule = 'ge' } = parameters;
  return {
    definition: [
      'Share of the clients ever serviced who have not lapsed so many days after their first service (Kaplan-Meier). Who has not lapsed yet was watched until asOf; who was closed before, until then.',
      lapsesSaid(parameters),
      `Days are whole days between dates in ${calendar.zone}. The standard error is Greenwood's, the 95 % interval that of log(−log).`,
      'History that begins after the client did makes the curve too high at first: nobody can lapse in a history before it begins.',
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { windowDays, tieRule, ...clientFilters(parameters) },
  };
}

/** @returns the facts with the table `watched`: client_id, in_group, first_at, first_event_id, days, lapse_id (event of the first lapse, null where censored) */
async function watchedClients(
  sql: Sql,
  parameters: SurvivalParameters,
  frame: Frame,
): Promise<{ facts: HeldFacts; tables: string }> {
  const facts = heldFacts({ ...clientFilters(parameters), asOf: frame.asOf, knownAt: frame.knownAt });
  const day = await dayNumbers(sql, facts, frame);
  const tables = `${facts.with},
    served AS MATERIALIZED (
               SELECT client_id, in_group, min(at) AS first_at, (array_agg(event_id ORDER BY at, position))[1] AS first_event_id
               FROM service GROUP BY 1, 2),
    lapsed AS (SELECT DISTINCT ON (client_id, in_group) client_id, in_group, at, event_id
               FROM (${lapsesBy(parameters, facts)}) AS every ORDER BY client_id, in_group, at),
    shut AS (SELECT served.client_id, served.in_group, greatest(min(closure.at), first_at) AS at
             FROM served JOIN closure ON closure.client_id = served.client_id AND closure.in_group IS NOT DISTINCT FROM served.in_group
             WHERE reopened_at IS NULL OR reopened_at > first_at GROUP BY served.client_id, served.in_group, first_at),
    ended AS (
      SELECT served.*, lapsed.event_id AS lapse_event_id, lapsed.at AS lapsed_at, shut.at AS shut_at
      FROM served LEFT JOIN lapsed ON lapsed.client_id = served.client_id AND lapsed.in_group IS NOT DISTINCT FROM served.in_group
        LEFT JOIN shut ON shut.client_id = served.client_id AND shut.in_group IS NOT DISTINCT FROM served.in_group),
    watched AS (
      SELECT client_id, in_group, first_at, first_event_id,
        CASE WHEN lapsed_at <= shut_at OR shut_at IS NULL THEN lapse_event_id END AS lapse_id,
        coalesce(${day.of('least(lapsed_at, shut_at)')}, ${day.asOf}) - ${day.of('first_at')} AS days
      FROM ended)`;
  return { facts, tables };
}
