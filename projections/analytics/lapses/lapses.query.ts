import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../../src/http/await-position.js';
import type { Snapshot } from '../../../src/projecting/read-model.js';
import { groupingSaid } from '../grouping-words.js';
import { lapsesSaid } from '../lapse-rule.js';
import { periodCalendar } from '../period-calendar.js';
import { periodsSoFar } from '../periods-so-far.js';
import { clientFilters, Reports, type Frame, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import type { LapsesReport, StateRow } from './lapses.answer.js';
import type { LapsesParameters } from './lapses.parameters.js';
import { lapseTables } from './lapses.sql.js';
import { lapseRows, type CountedChange } from './lapses.js';

export class GetLapses extends Query<Snapshot<LapsesReport>> {
  constructor(
    readonly parameters: LapsesParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetLapses)
export class GetLapsesHandler implements IQueryHandler<GetLapses> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out */
  execute({ parameters, wait }: GetLapses): Promise<Snapshot<LapsesReport>> {
    return this.reports.answer(
      parameters,
      wait,
      (frame) => lapsesReportSaid(parameters, frame),
      async (sql, frame) => ({
        rows: await lapses(sql, parameters, frame),
        states: await states(sql, parameters, frame),
      }),
    );
  }
}

export function lapsesReportSaid(parameters: LapsesParameters, { calendar }: Frame): Said {
  const { grain, windowDays, tieRule = 'ge' } = parameters;
  return {
    definition: [
      'Active is who was serviced, has not lapsed since and is not closed; closing = opening + newly serviced − lapsed + reactivated − closed + reopened.',
      'Churn is the share of the clients active when the period began who lapsed in it.',
      lapsesSaid(parameters),
      `Periods are ${grain}s of the calendar in ${calendar.zone}; a visit is a day there on which a client was serviced.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, windowDays, tieRule, ...clientFilters(parameters) },
  };
}

export async function lapses(sql: Sql, parameters: LapsesParameters, frame: Frame) {
  const periods = await periodsSoFar(sql, frame.calendar, frame.asOf);
  const { facts, with: tables } = lapseTables(parameters, frame);
  const starts = `${facts.bind(periods.map(frame.calendar.startOf))}::timestamptz[]`;
  const changes = await sql.query<CountedChange[]>(
    `${tables(starts)}
     SELECT in_group, width_bucket(at, ${starts}) AS period, reason, sum(delta)::int AS delta FROM change GROUP BY 1, 2, 3
     UNION ALL SELECT in_group, width_bucket(first_at, ${starts}), 'ever', count(*)::int FROM served GROUP BY 1, 2
     UNION ALL SELECT in_group, period, 'churned', count(DISTINCT client_id)::int FROM churned GROUP BY 1, 2
     UNION ALL SELECT in_group, width_bucket(bound.at, ${starts}), 'shut', sum(bound.delta)::int
     FROM (SELECT closure.in_group, greatest(closure.at, first_at) AS shut_at, reopened_at
           FROM closure JOIN served ${facts.perClient}) AS exits,
          LATERAL (VALUES (shut_at, 1), (reopened_at, -1)) AS bound(at, delta)
     WHERE bound.at IS NOT NULL AND (reopened_at IS NULL OR reopened_at > shut_at) GROUP BY 1, 2`,
    facts.parameters,
  );
  return lapseRows(changes, periods, frame, parameters.groupBy !== undefined);
}

/** Where every client stands at asOf. */
async function states(sql: Sql, parameters: LapsesParameters, frame: Frame): Promise<StateRow[]> {
  const days = periodCalendar(frame.calendar.zone, 'day');
  const { facts, with: tables } = lapseTables(parameters, frame);
  const starts = `${facts.bind((await periodsSoFar(sql, days, frame.asOf)).map(days.startOf))}::timestamptz[]`;
  const counted = await sql.query<({ in_group: string | null } & StateRow)[]>(
    `${tables(starts)}, standing AS (
       SELECT client.in_group, first_at, closure.client_id IS NOT NULL AS closed, since_lapse.lapsed, since_lapse.returned,
              width_bucket(first_at, ${starts}) < width_bucket(last_at, ${starts}) AS repeat
       FROM client LEFT JOIN served ${facts.perClient}
         LEFT JOIN (SELECT DISTINCT client_id, in_group FROM closure WHERE reopened_at IS NULL) AS closure ${facts.perClient}
         LEFT JOIN (SELECT client_id, in_group, bool_or(returned_at IS NULL) AS lapsed, bool_or(returned_at IS NOT NULL) AS returned
                    FROM lapsed GROUP BY 1, 2) AS since_lapse ${facts.perClient}
       WHERE converted_at < $1 OR first_at IS NOT NULL)
     SELECT in_group,
       count(*) FILTER (WHERE NOT closed AND first_at IS NULL)::int AS "convertedNotServiced",
       count(*) FILTER (WHERE NOT closed AND lapsed IS NULL AND NOT repeat)::int AS "activeOneVisit",
       count(*) FILTER (WHERE NOT closed AND lapsed IS NULL AND repeat)::int AS "activeRepeat",
       count(*) FILTER (WHERE NOT closed AND NOT lapsed)::int AS "activeReactivated",
       count(*) FILTER (WHERE NOT closed AND lapsed AND NOT returned)::int AS "lapsedNeverReturned",
       count(*) FILTER (WHERE NOT closed AND lapsed AND returned)::int AS "lapsedAgain",
       count(*) FILTER (WHERE closed)::int AS closed
     FROM standing GROUP BY in_group ORDER BY in_group NULLS LAST`,
    facts.parameters,
  );
  return counted.map(({ in_group: group, ...row }) =>
    parameters.groupBy === undefined ? row : { group, ...row },
  );
}
