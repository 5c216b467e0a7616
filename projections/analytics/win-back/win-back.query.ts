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
import type { WinBackRow } from './win-back.answer.js';

export class WinBackParameters extends PeriodParameters {
  @Text({
    about: 'only attempts of this campaign; organic returns are left out then',
    optional: true,
    max: 120,
  })
  campaign?: string;
}

const FIGURES = ['attempts', 'returned', 'organic'] as const;

export class WinBackFigureParameters extends lineageOf(WinBackParameters) {
  @Text({ about: 'the period, as the report names it', max: 10, example: '2024-01' })
  period!: string;

  @OneOf(FIGURES, { about: 'attempts and returned are denominator and numerator of success' })
  figure!: (typeof FIGURES)[number];
}

/**
 * What came of attempts to win clients back.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const winBack = (reports: Reports, parameters: WinBackParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => winBackSaid(parameters, frame),
    async (sql, frame) => ({ rows: await winBackRows(sql, parameters, frame) }),
  );

/** The clients behind a figure, each with the attempt and, where there is one, the return. */
export const winBackClients = (
  reports: Reports,
  parameters: WinBackFigureParameters,
  wait: Await | undefined,
) =>
  openPeriodFigure(
    reports,
    parameters,
    wait,
    (frame) => winBackSaid(parameters, frame),
    async (sql, frame) => {
      const { figure, period } = parameters;
      const { facts, tables, periods } = await winBackTables(sql, parameters, frame);
      const which = {
        attempts: 'NOT organic',
        returned: 'NOT organic AND returned_at IS NOT NULL',
        organic: 'organic',
      }[figure];
      return {
        facts,
        with: tables,
        rows: `SELECT client_id, at, array_remove(ARRAY[event_id, return_event_id], NULL) AS event_ids FROM turn
          WHERE ${inGroup(parameters, facts)} AND period = ${facts.bind(periods.indexOf(period) + 1)}::int AND ${which}`,
      };
    },
  );

function winBackSaid(parameters: WinBackParameters, { calendar }: Frame): Said {
  const { grain, campaign } = parameters;
  return {
    definition: [
      'An attempt is successful where a return from a lapse says that it is owed to it. Its revenue is what the services from the return on brought until the next lapse; refunds are not taken off.',
      'Returns that are owed to no attempt are organic, and counted where the client came back.',
      `An attempt counts in the ${grain}, of the calendar in ${calendar.zone}, in which it was made.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, campaign, ...clientFilters(parameters) },
  };
}

/** @returns the facts with the table `turn`: an attempt, with the return owed to it if there is one; or an organic return */
async function winBackTables(
  sql: Sql,
  parameters: WinBackParameters,
  { calendar, asOf, knownAt }: Frame,
): Promise<{ facts: HeldFacts; tables: string; periods: string[] }> {
  const { campaign } = parameters;
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const periods = await periodsSoFar(sql, calendar, asOf);
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const chosen = campaign === undefined ? '' : `WHERE attempt.campaign = ${facts.bind(campaign)}`;
  const tables = `${facts.with},
    back AS MATERIALIZED (
      SELECT *, lead(at) OVER (PARTITION BY client_id, in_group ORDER BY at) AS next_lapse_at FROM lapse),
    turn AS (
      SELECT attempt.client_id, attempt.in_group, FALSE AS organic, attempt.event_id, attempt.at, back.returned_at, back.next_lapse_at,
             back.return_event_id, width_bucket(attempt.at, ${starts}) AS period
      FROM attempt LEFT JOIN back ON back.attempt_id = attempt.attempt_id AND back.client_id = attempt.client_id
        AND back.in_group IS NOT DISTINCT FROM attempt.in_group AND back.returned_at IS NOT NULL
      ${chosen}
      ${
        campaign === undefined
          ? `UNION ALL SELECT client_id, in_group, TRUE, NULL, returned_at, returned_at, next_lapse_at, return_event_id,
               width_bucket(returned_at, ${starts})
             FROM back WHERE returned_at IS NOT NULL AND attempt_id IS NULL`
          : ''
      })`;
  return { facts, tables, periods };
}

interface Counted extends InSomeGroup {
  readonly period: number;
  readonly organic: boolean;
  readonly turns: number;
  readonly returned: number;
}
interface Brought extends InSomeGroup {
  readonly period: number;
  readonly organic: boolean;
  readonly currency: string;
  readonly amount: string;
}

async function winBackRows(sql: Sql, parameters: WinBackParameters, frame: Frame): Promise<WinBackRow[]> {
  const { facts, tables, periods } = await winBackTables(sql, parameters, frame);
  const counted = await sql.query<Counted[]>(
    `${tables} SELECT in_group, period, organic, count(*)::int AS turns, count(returned_at)::int AS returned FROM turn GROUP BY 1, 2, 3`,
    facts.parameters,
  );
  const brought = await sql.query<Brought[]>(
    `${tables} SELECT turn.in_group, period, organic, currency, sum(amount_minor)::text AS amount
     FROM turn JOIN service ON service.client_id = turn.client_id AND service.in_group IS NOT DISTINCT FROM turn.in_group
       AND service.at >= returned_at AND (next_lapse_at IS NULL OR service.at < next_lapse_at)
     WHERE currency IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY currency`,
    facts.parameters,
  );
  return groupsOf(parameters, counted).flatMap(([group, rows]) =>
    periods.flatMap((period, index): WinBackRow[] => {
      const here = rows.filter((row) => row.period === index + 1);
      if (here.length === 0 || !inView(period, frame)) return [];
      const [owed, organic] = [false, true].map((kind) => here.find((row) => row.organic === kind));
      const revenueOf = (kind: boolean) =>
        brought
          .filter((one) => one.in_group === group && one.period === index + 1 && one.organic === kind)
          .map(({ currency, amount }) => ({ currency, amountMinor: Number(amount) }));
      return [
        {
          ...groupOf(parameters, group),
          ...periodHead(period, frame),
          success: ratio(owed?.returned ?? 0, owed?.turns ?? 0),
          revenue: revenueOf(false),
          organic: organic?.turns ?? 0,
          organicRevenue: revenueOf(true),
        },
      ];
    }),
  );
}
