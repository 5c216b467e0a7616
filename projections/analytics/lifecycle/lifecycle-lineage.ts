import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../../src/http/await-position.js';
import type { Snapshot } from '../../../src/projecting/read-model.js';
import { OneOf, Text } from '../../../src/schema/fields.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { inGroup, lineageOf, openPeriodFigure, type Behind, type LineagePage } from '../lineage.js';
import { Reports, type Frame } from '../reports.js';
import type { Sql } from '../sql.js';
import { lifecycleSaid, PARTS, visitedPeriods } from './lifecycle.query.js';

/** Which figure of which period. */
export class LifecycleFigureParameters extends lineageOf(PeriodParameters) {
  @Text({ about: 'the period, as the report names it', max: 10, example: '2024-01' })
  period!: string;

  @OneOf(['active', 'new', 'returning', 'resurrecting', 'dormant'], { about: 'the figure' })
  figure!: 'active' | 'new' | 'returning' | 'resurrecting' | 'dormant';
}

export class GetLifecycleClients extends Query<Snapshot<LineagePage>> {
  constructor(
    readonly parameters: LifecycleFigureParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetLifecycleClients)
export class GetLifecycleClientsHandler implements IQueryHandler<GetLifecycleClients> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for a period that there is not, and for a cursor of another list */
  execute({ parameters, wait }: GetLifecycleClients): Promise<Snapshot<LineagePage>> {
    return openPeriodFigure(
      this.reports,
      parameters,
      wait,
      (frame) => lifecycleSaid(parameters, frame),
      (sql, frame) => behindFigure(sql, parameters, frame),
    );
  }
}

/** Each client with its services of the period; the dormant, with those of the one before. */
async function behindFigure(sql: Sql, parameters: LifecycleFigureParameters, frame: Frame): Promise<Behind> {
  const { period, figure } = parameters;
  const { calendar } = frame;
  const { facts, with: tables, periods } = await visitedPeriods(sql, parameters, frame);
  const here = inGroup(parameters, facts);
  const number = `${facts.bind(periods.indexOf(period) + 1)}::int`;
  const evidence = figure === 'dormant' ? calendar.plus(period, -1) : period;
  const part = figure === 'active' ? `part <> 'dormant'` : `part = ${facts.bind(figure)}`;
  return {
    facts,
    with: tables,
    rows: `SELECT client_id, min(service.at) AS at, array_agg(service.event_id ORDER BY service.at, service.position) AS event_ids
      FROM service JOIN (SELECT client_id FROM (${PARTS}) AS played WHERE ${here} AND period = ${number} AND ${part}) AS there
        USING (client_id)
      WHERE ${here} AND service.at >= ${facts.bind(calendar.startOf(evidence))}::timestamptz
        AND service.at < ${facts.bind(calendar.endOf(evidence))}::timestamptz GROUP BY client_id`,
  };
}
