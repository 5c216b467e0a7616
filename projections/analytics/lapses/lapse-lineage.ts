import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../../src/http/await-position.js';
import type { Snapshot } from '../../../src/projecting/read-model.js';
import { OneOf, Text } from '../../../src/schema/fields.js';
import { inGroup, lineageOf, openPeriodFigure, type Behind, type LineagePage } from '../lineage.js';
import { periodsSoFar } from '../periods-so-far.js';
import { Reports, type Frame } from '../reports.js';
import type { Sql } from '../sql.js';
import { LapsesParameters } from './lapses.parameters.js';
import { lapsesReportSaid } from './lapses.query.js';
import { lapseTables } from './lapses.sql.js';

/** Figures that are changes, by why they came about. */
const CHANGES = {
  newlyServiced: 'serviced',
  lapsed: 'lapsed',
  reactivated: 'returned',
  closed: 'closed',
  reopened: 'reopened',
} as const;
const FIGURES = [
  ...['openingActive', 'newlyServiced', 'lapsed', 'reactivated', 'closed', 'reopened'],
  ...['closingActive', 'closingLapsed', 'closingClosed', 'churned'],
] as const;

/** Which figure of which period. */
export class LapseFigureParameters extends lineageOf(LapsesParameters) {
  @Text({ about: 'the period, as the report names it', max: 10, example: '2024-01' })
  period!: string;

  @OneOf(FIGURES, {
    about:
      'the figure; `churned` is the numerator of churn. What happens twice to a client in a period is there twice',
  })
  figure!: (typeof FIGURES)[number];
}

export class GetLapseClients extends Query<Snapshot<LineagePage>> {
  constructor(
    readonly parameters: LapseFigureParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetLapseClients)
export class GetLapseClientsHandler implements IQueryHandler<GetLapseClients> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for a period that there is not, and for a cursor of another list */
  execute({ parameters, wait }: GetLapseClients): Promise<Snapshot<LineagePage>> {
    return openPeriodFigure(
      this.reports,
      parameters,
      wait,
      (frame) => lapsesReportSaid(parameters, frame),
      (sql, frame) => behindFigure(sql, parameters, frame),
    );
  }
}

async function behindFigure(sql: Sql, parameters: LapseFigureParameters, frame: Frame): Promise<Behind> {
  const { period, figure } = parameters;
  const { calendar, asOf } = frame;
  const { facts, with: tables } = lapseTables(parameters, frame);
  const starts = `${facts.bind((await periodsSoFar(sql, calendar, asOf)).map(calendar.startOf))}::timestamptz[]`;
  const here = inGroup(parameters, facts);
  const [start, end] = [calendar.startOf(period), calendar.endOf(period)];
  // Once bound a parameter has to be used, so each figure binds its own.
  const instant = (at: string) => `${facts.bind(at)}::timestamptz`;
  const during = () => `${here} AND at >= ${instant(start)} AND at < ${instant(end)}`;
  const rows = (): string => {
    switch (figure) {
      case 'openingActive':
        return activeAt(instant(start), here);
      case 'closingActive':
        return activeAt(instant(end), here);
      case 'closingLapsed':
        return lapsedAt(instant(end), here);
      case 'closingClosed':
        return closedAt(instant(end), here);
      case 'churned':
        return `SELECT client_id, max(at) AS at, array_agg(event_id) AS event_ids
          FROM churned WHERE ${during()} GROUP BY client_id`;
      case 'newlyServiced':
      case 'lapsed':
      case 'reactivated':
      case 'closed':
      case 'reopened':
        // What happens to a closed client adds up to nothing.
        return `SELECT client_id, at, array_agg(DISTINCT event_id) AS event_ids
          FROM change WHERE ${during()} AND reason = '${CHANGES[figure]}' GROUP BY client_id, at HAVING sum(delta) <> 0`;
    }
  };
  return { facts, with: tables(starts), rows: rows() };
}

/** Active clients, each with its last service. In the running period nothing that counts lies behind asOf. */
const activeAt = (at: string, here: string): string => `
  SELECT client_id, max(service.at) AS at,
         ARRAY[(array_agg(service.event_id ORDER BY service.at DESC, service.position DESC))[1]] AS event_ids
  FROM service JOIN (SELECT client_id FROM change WHERE ${here} AND at < ${at}
                     GROUP BY client_id HAVING sum(delta) = 1) AS active USING (client_id)
  WHERE ${here} AND service.at < ${at} GROUP BY client_id`;

/** Lapsed clients, each with the lapse. */
const lapsedAt = (at: string, here: string): string => `
  SELECT client_id, max(at) AS at, array_agg(event_id) AS event_ids
  FROM lapsed
  WHERE ${here} AND at < ${at} AND (returned_at IS NULL OR returned_at >= ${at})
    AND NOT EXISTS (SELECT FROM closure AS shut WHERE shut.client_id = lapsed.client_id
      AND shut.at < ${at} AND (shut.reopened_at IS NULL OR shut.reopened_at >= ${at}))
  GROUP BY client_id`;

/** Closed clients who were serviced before, each with the exit. */
const closedAt = (at: string, here: string): string => `
  SELECT client_id, max(at) AS at, array_agg(event_id) AS event_ids
  FROM closure
  WHERE ${here} AND at < ${at} AND (reopened_at IS NULL OR reopened_at >= ${at})
    AND client_id IN (SELECT client_id FROM served WHERE first_at < ${at})
  GROUP BY client_id`;
