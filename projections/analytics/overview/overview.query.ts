import { OmitType } from '@nestjs/swagger';
import type { Await } from '../../../src/http/await-position.js';
import { ratio, type Ratio } from '../analytics.answer.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { complaintRows } from '../complaints/complaints.query.js';
import { groupingSaid } from '../grouping-words.js';
import { lapsesSaid } from '../lapse-rule.js';
import { lapses } from '../lapses/lapses.query.js';
import { lifecycle } from '../lifecycle/lifecycle.query.js';
import { repeatFigures } from '../repeat/repeat.query.js';
import { clientFilters, type Frame, type Reports, type Said } from '../reports.js';
import type { Sql } from '../sql.js';
import { satisfactionRows } from '../satisfaction/satisfaction.query.js';
import type { KeyFigure, OverviewRow } from './overview.answer.js';

/** As every report's, but not in parts: the overview is one page. */
export class OverviewParameters extends OmitType(PeriodParameters, ['groupBy']) {}

/** The trend goes so many periods back, the running one included. */
const PERIODS = 13;

/**
 * The key figures and their trend, each from the report that it belongs to.
 * @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out
 */
export const overview = (reports: Reports, parameters: OverviewParameters, wait: Await | undefined) =>
  reports.answer(
    parameters,
    wait,
    (frame) => overviewSaid(parameters, frame),
    async (sql, frame) => {
      const { rows, repeat } = await trend(sql, parameters, withTrend(frame));
      const over = rows.filter(({ complete }) => complete);
      const [before, latest] = [over.at(-2), over.at(-1)];
      return { latest: latest?.period ?? null, key: latest ? keyFigures(latest, before) : [], repeat, rows };
    },
  );

function withTrend(frame: Frame): Frame {
  const { calendar, bounds, asOf } = frame;
  const from = bounds.from ?? calendar.startOf(calendar.plus(calendar.periodOf(asOf), 1 - PERIODS));
  return { ...frame, bounds: { ...bounds, from } };
}

function overviewSaid(parameters: OverviewParameters, { calendar }: Frame): Said {
  const { grain } = parameters;
  return {
    definition: [
      'The key figures of the reports lapses, lifecycle, repeat, satisfaction and complaints, which say how each is made.',
      lapsesSaid({}),
      `Periods are ${grain}s of the calendar in ${calendar.zone}; those of the last ${PERIODS} unless told. The key figures are of the latest that is over, against the one before.`,
      ...groupingSaid(clientFilters(parameters)),
      'Only what happened before asOf and was recorded before knownAt counts.',
    ].join(' '),
    params: { grain, ...clientFilters(parameters) },
  };
}

async function trend(
  sql: Sql,
  parameters: PeriodParameters,
  frame: Frame,
): Promise<{ rows: OverviewRow[]; repeat: Ratio }> {
  const balance = await lapses(sql, parameters, frame);
  const lives = byPeriod(await lifecycle(sql, parameters, frame));
  const visits = await repeatFigures(sql, parameters, { ...frame, bounds: {} });
  const frequency = byPeriod(visits.frequency);
  const said = byPeriod(await satisfactionRows(sql, { ...parameters, by: 'answered' }, frame));
  const complained = byPeriod(await complaintRows(sql, parameters, frame));
  const rows = balance.map((row): OverviewRow => {
    const { period, start, end, complete } = row;
    const life = lives.get(period);
    const served = life?.returning ?? 0;
    return {
      ...{ period, start, end, complete },
      ...{ activeClients: row.closingActive, newClients: row.newlyServiced, lapsed: row.lapsed },
      ...{ reactivated: row.reactivated, churn: row.churn },
      servicedClients: life?.active ?? 0,
      returning: ratio(served, served + (life?.dormant ?? 0)),
      services: life?.services ?? 0,
      revenue: life?.revenue ?? [],
      frequency: frequency.get(period)?.frequency ?? ratio(0, 0),
      csat: said.get(period)?.csat ?? ratio(0, 0),
      nps: said.get(period)?.nps.score ?? null,
      complaintRate: complained.get(period)?.complaintRate ?? ratio(0, 0),
    };
  });
  return { rows, repeat: visits.rows[0]?.repeat ?? ratio(0, 0) };
}

const byPeriod = <Row extends { period: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.period, row]));

function keyFigures(latest: OverviewRow, before: OverviewRow | undefined): KeyFigure[] {
  const now = valuesOf(latest);
  const then = before && valuesOf(before);
  return [...now].map(([figure, value]) => {
    const was = then?.get(figure) ?? null;
    return { figure, value, before: was, change: value === null || was === null ? null : value - was };
  });
}

function valuesOf({ group: _group, revenue, ...row }: OverviewRow): ReadonlyMap<string, number | null> {
  const { period: _period, start: _start, end: _end, complete: _complete, ...figures } = row;
  return new Map([
    ...Object.entries(figures).map(([name, value]): [string, number | null] => [
      name,
      typeof value === 'object' && value !== null ? value.rate : value,
    ]),
    ...revenue.map(({ currency, amountMinor }): [string, number] => [`revenue ${currency}`, amountMinor]),
  ]);
}
