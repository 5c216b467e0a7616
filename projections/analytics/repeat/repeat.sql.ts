import { dayNumbers, type DayNumbers } from '../day-numbers.js';
import { heldFacts, type HeldFacts } from '../held.js';
import { periodsSoFar } from '../periods-so-far.js';
import { clientFilters, type Frame } from '../reports.js';
import type { Sql } from '../sql.js';
import type { PeriodParameters } from '../analytics.parameters.js';

/** What visits are counted from. */
export interface Visits {
  readonly facts: HeldFacts;
  /**
   * the facts, with two tables more: `visit`, a client and a local day on which it was serviced (client_id, in_group, day, at, period,
   * event_ids); `came`, a client by its first two visits (client_id, in_group, first_at, first_period, days: from the first to the
   * second, null without one, visits, event_ids of the two)
   */
  readonly tables: string;
  readonly periods: readonly string[];
  readonly day: DayNumbers;
}

export async function visitTables(sql: Sql, parameters: PeriodParameters, frame: Frame): Promise<Visits> {
  const { calendar, asOf, knownAt } = frame;
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const periods = await periodsSoFar(sql, calendar, asOf);
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const day = await dayNumbers(sql, facts, frame);
  const tables = `${facts.with},
    visit AS (
      SELECT client_id, in_group, day, min(at) AS at, width_bucket(min(at), ${starts}) AS period,
             array_agg(event_id ORDER BY at, position) AS event_ids
      FROM (SELECT *, ${day.of('at')} AS day FROM service) AS dated GROUP BY client_id, in_group, day),
    came AS (
      SELECT client_id, in_group, min(at) FILTER (WHERE number = 1) AS first_at,
             min(period) FILTER (WHERE number = 1) AS first_period, min(day) FILTER (WHERE number = 1) AS first_day,
             min(day) FILTER (WHERE number = 2) - min(day) FILTER (WHERE number = 1) AS days, count(*)::int AS visits,
             array_agg(event_ids[1] ORDER BY number) FILTER (WHERE number <= 2) AS event_ids
      FROM (SELECT *, row_number() OVER (PARTITION BY client_id, in_group ORDER BY day) AS number FROM visit) AS numbered
      GROUP BY client_id, in_group)`;
  return { facts, tables, periods, day };
}
