import type { Await } from '../../../src/http/await-position.js';
import { ratio } from '../analytics.answer.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { groupOf, groupsOf, type InSomeGroup } from '../groups.js';
import { groupingSaid } from '../grouping-words.js';
import { inView, periodHead } from '../period-rows.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { curveOf } from '../survival/curve.answer.js';
import type { FrequencyRow, RepeatRow } from './repeat.answer.js';
import { visitTables, type Visits } from './repeat.sql.js';

/** Days within which a second visit is asked for. */
export const WITHIN = [30, 60, 90, 180, 365] as const;

/**
 * Who comes again, and how soon.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const repeat = (reports: Reports, parameters: PeriodParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => repeatSaid(parameters, frame),
    async (sql, frame) => repeatFigures(sql, parameters, frame),
  );

/** @returns the parts of the answer beside `meta` */
export async function repeatFigures(sql: Sql, parameters: PeriodParameters, frame: Frame) {
  const visits = await visitTables(sql, parameters, frame);
  const cameBack = await secondVisits(sql, visits);
  const curves = groupsOf(parameters, cameBack).map(([group, rows]) =>
    curveOf(
      groupOf(parameters, group),
      rows.map(({ days, watched, clients }) =>
        days === null
          ? { duration: watched, events: 0, censored: clients }
          : { duration: days, events: clients, censored: 0 },
      ),
    ),
  );
  return {
    rows: repeatRows(cameBack, visits.periods, parameters, frame),
    frequency: await frequencies(sql, visits, parameters, frame),
    secondVisit: curves.map(({ summary }) => summary),
    curve: curves.flatMap(({ rows }) => rows),
  };
}

export function repeatSaid(parameters: PeriodParameters, { calendar }: Frame): Said {
  const { grain } = parameters;
  return {
    definition: [
      `A visit is a day in ${calendar.zone} on which a client was serviced, so a second service on the same day is no repeat.`,
      'Repeat rate: clients with two visits or more, of those with one or more. Within so many days: of the clients whose first service lies that long before asOf, those with a second visit not later than so many days after it.',
      'Time to the second visit by Kaplan-Meier: who has not come again was watched until asOf. Frequency: visits of a period per distinct client serviced in it.',
      `Cohorts and periods are ${grain}s.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, ...clientFilters(parameters) },
  };
}

interface CameBack extends InSomeGroup {
  readonly period: number;
  /** from the first visit to the second; null without one */
  readonly days: number | null;
  /** days from the first visit to asOf */
  readonly watched: number;
  /** how many of WITHIN had passed by asOf, to the instant */
  readonly elapsed: number;
  readonly clients: number;
}

function secondVisits(sql: Sql, { facts, tables, day }: Visits): Promise<CameBack[]> {
  return sql.query<CameBack[]>(
    `${tables} SELECT in_group, first_period AS period, days, ${day.asOf} - first_day AS watched,
       width_bucket(extract(epoch FROM $1::timestamptz - first_at) / 86400, ARRAY[${WITHIN.join(', ')}]::numeric[]) AS elapsed,
       count(*)::int AS clients
     FROM came GROUP BY 1, 2, 3, 4, 5`,
    facts.parameters,
  );
}

function repeatRows(
  cameBack: readonly CameBack[],
  periods: readonly string[],
  parameters: PeriodParameters,
  frame: Frame,
): RepeatRow[] {
  return groupsOf(parameters, cameBack).flatMap(([group, rows]) => {
    const rowOf = (cohort: string | null, of: readonly CameBack[]): RepeatRow => {
      const count = (which: (one: CameBack) => boolean) =>
        of.reduce((sum, one) => (which(one) ? sum + one.clients : sum), 0);
      return {
        ...groupOf(parameters, group),
        cohort,
        repeat: ratio(
          count(({ days }) => days !== null),
          count(() => true),
        ),
        within: WITHIN.map((most, index) => ({
          days: most,
          ...ratio(
            count(({ days, elapsed }) => elapsed > index && days !== null && days <= most),
            count(({ elapsed }) => elapsed > index),
          ),
        })),
      };
    };
    const shown = periods.flatMap((cohort, index) => {
      const of = rows.filter(({ period }) => period === index + 1);
      return of.length > 0 && inView(cohort, frame) ? [{ cohort, of }] : [];
    });
    return [
      rowOf(
        null,
        shown.flatMap(({ of }) => of),
      ),
      ...shown.map(({ cohort, of }) => rowOf(cohort, of)),
    ];
  });
}

async function frequencies(
  sql: Sql,
  { facts, tables, periods }: Visits,
  parameters: PeriodParameters,
  frame: Frame,
): Promise<FrequencyRow[]> {
  const counted = await sql.query<(InSomeGroup & { period: number; visits: number; clients: number })[]>(
    `${tables} SELECT in_group, period, count(*)::int AS visits, count(DISTINCT client_id)::int AS clients
     FROM visit GROUP BY 1, 2`,
    facts.parameters,
  );
  return groupsOf(parameters, counted).flatMap(([group, rows]) =>
    periods.flatMap((period, index) => {
      const found = rows.find((one) => one.period === index + 1);
      return !found || !inView(period, frame)
        ? []
        : [
            {
              ...groupOf(parameters, group),
              ...periodHead(period, frame),
              frequency: ratio(found.visits, found.clients),
            },
          ];
    }),
  );
}
