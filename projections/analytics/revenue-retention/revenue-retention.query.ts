import type { Await } from '../../../src/http/await-position.js';
import { Currency, OneOf, Text } from '../../../src/schema/fields.js';
import { ratio } from '../analytics.answer.js';
import { ClientParameters, PeriodBound } from '../analytics.parameters.js';
import { groupOf, groupsOf, type InSomeGroup } from '../groups.js';
import { groupingSaid } from '../grouping-words.js';
import { heldFacts, type HeldFacts } from '../held.js';
import { inGroup, lineageOf, openFigure, strayGroup } from '../lineage.js';
import { isPeriod, type Grain } from '../period-calendar.js';
import { inView, periodHead } from '../period-rows.js';
import { periodsSoFar } from '../periods-so-far.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import type { RevenueRetentionRow } from './revenue-retention.answer.js';

/** Two windows of equal length, one right after the other: quarters, or the twelve months up to a month's end. */
const WINDOWS = {
  quarter: { grain: 'quarter', periods: 1 },
  trailing12: { grain: 'month', periods: 12 },
} as const;
type Window = keyof typeof WINDOWS;

export class RevenueRetentionParameters extends ClientParameters {
  @PeriodBound({ about: 'windows whose last period starts at it or later', optional: true })
  from?: string;

  @PeriodBound({ about: 'windows whose last period starts before it', optional: true })
  to?: string;

  @OneOf(['quarter', 'trailing12'], {
    about:
      'quarters of the calendar, or the twelve months up to the end of each month; months alone are too short for visits',
    optional: true,
  })
  window: Window = 'quarter';
}

const FIGURES = ['base', 'retained', 'outsideBase'] as const;

export class RevenueRetentionFigureParameters extends lineageOf(RevenueRetentionParameters) {
  @Text({ about: 'the row’s period', max: 10, example: '2024-Q2' })
  period!: string;

  @Currency({ about: 'the row’s currency' })
  currency!: string;

  @OneOf(FIGURES, { about: 'denominator and numerator of `logo`, or who is outside of the base' })
  figure!: (typeof FIGURES)[number];
}

const framed = <Parameters extends RevenueRetentionParameters>(parameters: Parameters) => ({
  ...parameters,
  grain: WINDOWS[parameters.window].grain as Grain,
});

/**
 * Gross, net and logo retention of revenue between equal windows next to each other.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const revenueRetention = (
  reports: Reports,
  parameters: RevenueRetentionParameters,
  wait: Await | undefined,
) =>
  reports.answer(
    framed(parameters),
    wait,
    (frame) => revenueRetentionSaid(parameters, frame),
    async (sql, frame) => ({ rows: await revenueRetentionRows(sql, parameters, frame) }),
  );

/** The clients behind a figure, each with the services of both windows that brought something in the currency. */
export const revenueRetentionClients = (
  reports: Reports,
  parameters: RevenueRetentionFigureParameters,
  wait: Await | undefined,
) => {
  const { period, currency, figure, group } = parameters;
  const { grain } = WINDOWS[parameters.window];
  return openFigure(
    reports,
    framed(parameters),
    wait,
    (frame) => {
      const { definition, params } = revenueRetentionSaid(parameters, frame);
      return {
        definition: `The clients behind ${figure} of ${period} in ${currency}. ${definition}`,
        params: { ...params, period, currency, figure, group },
      };
    },
    async (sql, frame) => {
      const { facts, tables, periods, length } = await windowTables(sql, parameters, frame);
      const { startOf, endOf, plus } = frame.calendar;
      const which = {
        base: 'base > 0',
        retained: 'base > 0 AND now > 0',
        outsideBase: 'base <= 0 AND now > 0',
      }[figure];
      const here = inGroup(parameters, facts);
      const inCurrency = `currency = ${facts.bind(currency)}`;
      const rows = `SELECT client_id, min(service.at) AS at, array_agg(service.event_id ORDER BY service.at, service.position) AS event_ids
        FROM service JOIN (SELECT client_id FROM spent WHERE ${here} AND ${inCurrency} AND ${which}
                             AND last_period = ${facts.bind(periods.indexOf(period) + 1)}::int) AS counted USING (client_id)
        WHERE ${here} AND ${inCurrency} AND service.at >= ${facts.bind(startOf(plus(period, 1 - 2 * length)))}::timestamptz
          AND service.at < ${facts.bind(endOf(period))}::timestamptz GROUP BY client_id`;
      return { facts, with: tables, rows };
    },
    [
      ...strayGroup(parameters),
      ...(isPeriod(period, grain)
        ? []
        : [{ path: 'period', message: `must be a ${grain} as the report names it` }]),
    ],
  );
};

function revenueRetentionSaid(parameters: RevenueRetentionParameters, { calendar }: Frame): Said {
  const { window } = parameters;
  return {
    definition: [
      window === 'quarter'
        ? `Quarters of the calendar in ${calendar.zone}, each against the one before.`
        : `The twelve months up to the end of each month of the calendar in ${calendar.zone}, against the twelve months before.`,
      'The base are the clients who brought something in the window before: new clients, and those back after a window without revenue, are not in it and stand in outsideBase.',
      'Net: what the base brings now, of what it brought. Gross: the same, no client counting for more than it brought before. Logo: the clients themselves.',
      'Revenue is the amounts of services, each currency by itself; refunds are not taken off.',
      ...groupingSaid(parameters),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { window, ...clientFilters(parameters) },
  };
}

/**
 * @returns the facts with the table `spent`: what a client brought in a window (now) and in the one before (base), by the
 *   window's last period, in one currency
 */
async function windowTables(
  sql: Sql,
  parameters: RevenueRetentionParameters,
  { calendar, asOf, knownAt }: Frame,
): Promise<{ facts: HeldFacts; tables: string; periods: string[]; length: number }> {
  const length = WINDOWS[parameters.window].periods;
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const periods = await periodsSoFar(sql, calendar, asOf);
  const starts = `${facts.bind(periods.map(calendar.startOf))}::timestamptz[]`;
  const tables = `${facts.with},
    paid AS (
      SELECT client_id, in_group, currency, width_bucket(at, ${starts}) AS period, sum(amount_minor) AS amount
      FROM service WHERE currency IS NOT NULL GROUP BY 1, 2, 3, 4),
    spent AS (
      SELECT client_id, in_group, currency, period + later AS last_period,
             coalesce(sum(amount) FILTER (WHERE later < ${length}), 0) AS now,
             coalesce(sum(amount) FILTER (WHERE later >= ${length}), 0) AS base
      FROM paid CROSS JOIN generate_series(0, ${2 * length - 1}) AS later
      GROUP BY 1, 2, 3, 4)`;
  return { facts, tables, periods, length };
}

interface Spent extends InSomeGroup {
  readonly last_period: number;
  readonly currency: string;
  readonly base_clients: number;
  readonly retained: number;
  readonly outside: number;
  readonly base: string;
  readonly gross: string;
  readonly net: string;
}

/** @returns the rows of the report */
export async function revenueRetentionRows(
  sql: Sql,
  parameters: RevenueRetentionParameters,
  frame: Frame,
): Promise<RevenueRetentionRow[]> {
  const { facts, tables, periods, length } = await windowTables(sql, parameters, frame);
  const counted = await sql.query<Spent[]>(
    `${tables} SELECT in_group, last_period, currency, count(*) FILTER (WHERE base > 0)::int AS base_clients,
       count(*) FILTER (WHERE base > 0 AND now > 0)::int AS retained, count(*) FILTER (WHERE base <= 0 AND now > 0)::int AS outside,
       coalesce(sum(base) FILTER (WHERE base > 0), 0)::text AS base,
       coalesce(sum(least(base, now)) FILTER (WHERE base > 0), 0)::text AS gross,
       coalesce(sum(now) FILTER (WHERE base > 0), 0)::text AS net
     FROM spent GROUP BY 1, 2, 3 ORDER BY currency`,
    facts.parameters,
  );
  return groupsOf(parameters, counted).flatMap(([group, rows]) =>
    periods.flatMap((period, index): RevenueRetentionRow[] => {
      // Both windows must lie in the history.
      if (index + 1 < 2 * length || !inView(period, frame)) return [];
      const baseStart = frame.calendar.startOf(frame.calendar.plus(period, 1 - 2 * length));
      return rows
        .filter((one) => one.last_period === index + 1)
        .map((one) => ({
          ...groupOf(parameters, group),
          ...periodHead(period, frame),
          start: frame.calendar.startOf(frame.calendar.plus(period, 1 - length)),
          baseStart,
          currency: one.currency,
          logo: ratio(one.retained, one.base_clients),
          gross: ratio(Number(one.gross), Number(one.base)),
          net: ratio(Number(one.net), Number(one.base)),
          outsideBase: one.outside,
        }));
    }),
  );
}
