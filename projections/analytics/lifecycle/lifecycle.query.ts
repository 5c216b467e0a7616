import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../../src/http/await-position.js';
import type { Snapshot } from '../../../src/projecting/read-model.js';
import { ratio } from '../analytics.answer.js';
import type { PeriodParameters } from '../analytics.parameters.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts, type HeldFacts } from '../held.js';
import type { Period } from '../period-calendar.js';
import { periodsSoFar } from '../periods-so-far.js';
import { clientFilters, Reports, type Frame, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import type { LifecycleReport, LifecycleRow } from './lifecycle.answer.js';

export class GetLifecycle extends Query<Snapshot<LifecycleReport>> {
  constructor(
    readonly parameters: PeriodParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetLifecycle)
export class GetLifecycleHandler implements IQueryHandler<GetLifecycle> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out */
  execute({ parameters, wait }: GetLifecycle): Promise<Snapshot<LifecycleReport>> {
    return this.reports.answer(
      parameters,
      wait,
      (frame) => lifecycleSaid(parameters, frame),
      async (sql, frame) => ({ rows: await lifecycle(sql, parameters, frame) }),
    );
  }
}

export function lifecycleSaid(parameters: PeriodParameters, { calendar }: Frame): Said {
  const { grain } = parameters;
  return {
    definition: [
      `Of the clients serviced in a ${grain}: new, for the first time ever; returning, also in the ${grain} before; resurrecting, before that, but not in the ${grain} before. Dormant are those serviced in the ${grain} before and not in this one.`,
      `Periods are ${grain}s of the calendar in ${calendar.zone}.`,
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, ...clientFilters(parameters) },
  };
}

/** The part that a client plays in a period, given the last period before in which it was serviced, and the next one after. */
export const PARTS = `
  SELECT client_id, in_group, period, services,
         CASE WHEN before IS NULL THEN 'new' WHEN before = period - 1 THEN 'returning' ELSE 'resurrecting' END AS part
  FROM visited
  UNION ALL SELECT client_id, in_group, period + 1, 0, 'dormant' FROM visited WHERE after IS NULL OR after > period + 1`;

/** @returns the facts with the table `visited`: a row for each client and period in which it was serviced; and the periods */
export async function visitedPeriods(
  sql: Sql,
  parameters: PeriodParameters,
  { calendar, asOf, knownAt }: Frame,
): Promise<{ facts: HeldFacts; with: string; starts: string; periods: Period[] }> {
  const periods = await periodsSoFar(sql, calendar, asOf);
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const visited = `visited AS (
    SELECT client_id, in_group, period, services, lag(period) OVER lived AS before, lead(period) OVER lived AS after
    FROM (SELECT client_id, in_group, width_bucket(at, ${starts}) AS period, count(*)::int AS services
          FROM service GROUP BY 1, 2, 3) AS served
    WINDOW lived AS (PARTITION BY client_id, in_group ORDER BY period))`;
  return { facts, with: `${facts.with}, ${visited}`, starts, periods };
}

interface CountedPart {
  readonly in_group: string | null;
  readonly period: number;
  readonly part: 'new' | 'returning' | 'resurrecting' | 'dormant';
  readonly clients: number;
  readonly services: number;
}

interface Brought {
  readonly in_group: string | null;
  readonly period: number;
  readonly currency: string;
  readonly amount: string;
}

export async function lifecycle(
  sql: Sql,
  parameters: PeriodParameters,
  frame: Frame,
): Promise<LifecycleRow[]> {
  const { facts, with: tables, starts, periods } = await visitedPeriods(sql, parameters, frame);
  const counted = await sql.query<CountedPart[]>(
    `${tables} SELECT in_group, period, part, count(*)::int AS clients, sum(services)::int AS services
     FROM (${PARTS}) AS played GROUP BY 1, 2, 3`,
    facts.parameters,
  );
  const brought = await sql.query<Brought[]>(
    `${facts.with} SELECT in_group, width_bucket(at, ${starts}) AS period, currency, sum(amount_minor)::text AS amount
     FROM service WHERE currency IS NOT NULL GROUP BY 1, 2, 3 ORDER BY currency`,
    facts.parameters,
  );
  const { calendar, asOf, bounds } = frame;
  const groups = [...new Set(counted.map(({ in_group: group }) => group))].sort((a, b) =>
    (a ?? '\uffff') < (b ?? '\uffff') ? -1 : 1,
  );
  const first = Math.min(...counted.map(({ period }) => period));
  return groups.flatMap((group) =>
    periods.flatMap((period, index): LifecycleRow[] => {
      const number = index + 1;
      const [start, end] = [calendar.startOf(period), calendar.endOf(period)];
      const outside =
        (bounds.from !== undefined && start < bounds.from) || (bounds.to !== undefined && start >= bounds.to);
      if (number < first || outside) return [];
      const here = counted.filter((one) => one.in_group === group && one.period === number);
      const clients = (part: CountedPart['part']) => here.find((one) => one.part === part)?.clients ?? 0;
      const services = here.reduce((sum, one) => sum + one.services, 0);
      const parts = {
        new: clients('new'),
        returning: clients('returning'),
        resurrecting: clients('resurrecting'),
      };
      const active = parts.new + parts.returning + parts.resurrecting;
      return [
        {
          ...(parameters.groupBy === undefined ? {} : { group }),
          ...{
            period,
            start,
            end,
            complete: end <= asOf,
            active,
            ...parts,
            dormant: clients('dormant'),
            services,
          },
          servicesPerActive: ratio(services, active),
          revenue: brought
            .filter((one) => one.in_group === group && one.period === number)
            .map(({ currency, amount }) => ({ currency, amountMinor: Number(amount) })),
        },
      ];
    }),
  );
}
