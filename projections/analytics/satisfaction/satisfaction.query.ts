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
import type { Nps, SatisfactionRow } from './satisfaction.answer.js';

export class SatisfactionParameters extends PeriodParameters {
  @OneOf(['answered', 'serviced'], {
    about:
      'in which period an answer counts: that in which it was given, or that of the service it is on; those on no service are left out then',
    optional: true,
  })
  by: 'answered' | 'serviced' = 'answered';
}

const FIGURES = [
  'csat',
  'csatSatisfied',
  'nps',
  'promoters',
  'detractors',
  'stars',
  'asked',
  'responded',
] as const;

export class SatisfactionFigureParameters extends lineageOf(SatisfactionParameters) {
  @Text({ about: 'the period, as the report names it', max: 10, example: '2024-01' })
  period!: string;

  @OneOf(FIGURES, { about: 'the answers or requests meant' })
  figure!: (typeof FIGURES)[number];
}

/**
 * CSAT, NPS, stars and the response rate.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const satisfaction = (reports: Reports, parameters: SatisfactionParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => satisfactionSaid(parameters, frame),
    async (sql, frame) => ({ rows: await satisfactionRows(sql, parameters, frame) }),
  );

/** The clients behind a figure, each with the answers or requests that count. */
export const satisfactionClients = (
  reports: Reports,
  parameters: SatisfactionFigureParameters,
  wait: Await | undefined,
) =>
  openPeriodFigure(
    reports,
    parameters,
    wait,
    (frame) => satisfactionSaid(parameters, frame),
    async (sql, frame) => {
      const { figure, period } = parameters;
      const { facts, tables, periods } = await answerTables(sql, parameters, frame);
      const number = `${facts.bind(periods.indexOf(period) + 1)}::int`;
      const ofRequest = figure === 'asked' || figure === 'responded';
      const which = {
        csat: `instrument = 'csat'`,
        csatSatisfied: `instrument = 'csat' AND score >= 4`,
        nps: `instrument = 'nps'`,
        promoters: `instrument = 'nps' AND score >= 9`,
        detractors: `instrument = 'nps' AND score <= 6`,
        stars: `instrument = 'stars'`,
        asked: 'TRUE',
        responded: 'answer_event_id IS NOT NULL',
      }[figure];
      const ids = ofRequest ? 'array_remove(ARRAY[event_id, answer_event_id], NULL)' : 'ARRAY[event_id]';
      return {
        facts,
        with: tables,
        rows: `SELECT client_id, at, ${ids} AS event_ids FROM ${ofRequest ? 'request' : 'answer'}
          WHERE ${inGroup(parameters, facts)} AND period = ${number} AND ${which}`,
      };
    },
  );

function satisfactionSaid(parameters: SatisfactionParameters, { calendar }: Frame): Said {
  const { grain, by } = parameters;
  return {
    definition: [
      'CSAT: answers of 4 and 5, of all from 1 to 5. NPS: 100 × (share of 9 and 10 − share of 0 to 6), with the margin 1.96 × 100 × √((p + d − (p − d)²) / n). Stars are their mean, and never turned into NPS.',
      'Of several answers on one service by one instrument, the latest counts; one that names no service counts by itself.',
      `An answer counts in the ${grain}, of the calendar in ${calendar.zone}, ${by === 'answered' ? 'in which it was given' : 'in which the service was that it is on'}.`,
      'Response: of the requests sent in the period, those after which there was an answer on the service they name, or, where they name none, any answer.',
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, by, ...clientFilters(parameters) },
  };
}

/** @returns the facts with the tables `answer` (the one that counts of each service, with its period) and `request` (with the first answer to it) */
async function answerTables(
  sql: Sql,
  parameters: SatisfactionParameters,
  { calendar, asOf, knownAt }: Frame,
): Promise<{ facts: HeldFacts; tables: string; periods: string[] }> {
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const periods = await periodsSoFar(sql, calendar, asOf);
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const servicedAt = parameters.by === 'serviced';
  const tables = `${facts.with},
    answer AS (
      SELECT last.client_id, last.in_group, last.event_id, last.instrument, last.score, last.service_id, last.at,
             width_bucket(${servicedAt ? 'service.at' : 'last.at'}, ${starts}) AS period
      FROM (SELECT DISTINCT ON (client_id, in_group, instrument, coalesce(service_id, feedback_id)) *
            FROM feedback ORDER BY client_id, in_group, instrument, coalesce(service_id, feedback_id), at DESC, position DESC) AS last
      ${servicedAt ? 'JOIN service ON service.service_id = last.service_id AND service.client_id = last.client_id AND service.in_group IS NOT DISTINCT FROM last.in_group' : ''}),
    request AS (
      SELECT DISTINCT ON (ask.event_id, ask.in_group) ask.client_id, ask.in_group, ask.event_id, ask.at,
             width_bucket(ask.at, ${starts}) AS period, feedback.event_id AS answer_event_id
      FROM ask LEFT JOIN feedback ON feedback.client_id = ask.client_id AND feedback.at >= ask.at
        AND (ask.service_id IS NULL OR feedback.service_id = ask.service_id)
      ORDER BY ask.event_id, ask.in_group, feedback.at)`;
  return { facts, tables, periods };
}

interface Answers extends InSomeGroup {
  readonly period: number;
  readonly csat: number;
  readonly satisfied: number;
  readonly nps: number;
  readonly promoters: number;
  readonly detractors: number;
  readonly starred: number;
  readonly stars: number;
  readonly asked: number;
  readonly responded: number;
}

/** @returns the rows of the report */
export async function satisfactionRows(
  sql: Sql,
  parameters: SatisfactionParameters,
  frame: Frame,
): Promise<SatisfactionRow[]> {
  const { facts, tables, periods } = await answerTables(sql, parameters, frame);
  const counted = await sql.query<Answers[]>(
    `${tables}, counted AS (
       SELECT in_group, period, instrument, score, 0 AS asked, 0 AS responded FROM answer
       UNION ALL SELECT in_group, period, NULL, NULL, 1, (answer_event_id IS NOT NULL)::int FROM request)
     SELECT in_group, period, count(*) FILTER (WHERE instrument = 'csat')::int AS csat,
       count(*) FILTER (WHERE instrument = 'csat' AND score >= 4)::int AS satisfied,
       count(*) FILTER (WHERE instrument = 'nps')::int AS nps,
       count(*) FILTER (WHERE instrument = 'nps' AND score >= 9)::int AS promoters,
       count(*) FILTER (WHERE instrument = 'nps' AND score <= 6)::int AS detractors,
       count(*) FILTER (WHERE instrument = 'stars')::int AS starred,
       coalesce(sum(score) FILTER (WHERE instrument = 'stars'), 0)::int AS stars,
       sum(asked)::int AS asked, sum(responded)::int AS responded
     FROM counted GROUP BY 1, 2`,
    facts.parameters,
  );
  return groupsOf(parameters, counted).flatMap(([group, rows]) =>
    periods.flatMap((period, index): SatisfactionRow[] => {
      const one = rows.find((row) => row.period === index + 1);
      if (!one || !inView(period, frame)) return [];
      return [
        {
          ...groupOf(parameters, group),
          ...periodHead(period, frame),
          csat: ratio(one.satisfied, one.csat),
          nps: npsOf(one.promoters, one.detractors, one.nps),
          stars: ratio(one.stars, one.starred),
          response: ratio(one.responded, one.asked),
        },
      ];
    }),
  );
}

/** The net promoter score with the margin of a difference of two shares of one sample: 1.96 standard errors (definitions §9). */
export function npsOf(promoters: number, detractors: number, answers: number): Nps {
  if (answers === 0) return { answers, promoters, detractors, score: null, margin: null };
  const [p, d] = [promoters / answers, detractors / answers];
  const margin = 1.96 * 100 * Math.sqrt((p + d - (p - d) ** 2) / answers);
  return { answers, promoters, detractors, score: 100 * (p - d), margin };
}
