import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import type { FieldError } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { OneOf, Text, Currency } from '../../src/schema/fields.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { heldFacts, type HeldFacts } from '../analytics/held.js';
import { activityChanges, lapsesBy } from '../analytics/lapse-rule.js';
import {
  inGroup,
  lineageOf,
  openFigure,
  strayGroup,
  type Behind,
  type LineagePage,
} from '../analytics/lineage.js';
import { isPeriod } from '../analytics/period-calendar.js';
import { periodsSoFar } from '../analytics/periods-so-far.js';
import { Reports, type Frame } from '../analytics/reports.js';
import type { Sql } from '../analytics/sql.js';
import { indexOf, placed, type Counting } from './placing.sql.js';
import { definitionOf } from './retention.definition.js';
import type { Bracket } from './retention.figures.js';
import { contradictionsIn, RetentionParameters } from './retention.parameters.js';
import { paramsOf, questionOf } from './retention.query.js';

/** Which cell of which report. */
export class CellParameters extends lineageOf(RetentionParameters) {
  @Text({ about: 'the cohort, as the report names it', max: 10, example: '2024-01' })
  cohort!: string;

  @QueryInteger({ about: 'the cell’s k; of a bracket, its first', min: 0, max: 1200 })
  k!: number;

  @OneOf(['numerator', 'denominator'], {
    about: 'who is in the cell, or who could be; the numerator unless told',
    optional: true,
  })
  of: 'numerator' | 'denominator' = 'numerator';

  @Currency({ about: 'measure=revenue: only services with an amount in it', optional: true })
  currency?: string;
}

export class GetCellClients extends Query<Snapshot<LineagePage>> {
  constructor(
    readonly parameters: CellParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetCellClients)
export class GetCellClientsHandler implements IQueryHandler<GetCellClients> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for a cell that there is not, and for a cursor of another list */
  execute({ parameters, wait }: GetCellClients): Promise<Snapshot<LineagePage>> {
    const { cohort, k, of, group, currency } = parameters;
    return openFigure(
      this.reports,
      parameters,
      wait,
      ({ calendar }) => ({
        definition: `The clients behind the ${of} of cell k = ${k} of cohort ${cohort}. ${definitionOf(parameters, calendar.zone)}`,
        params: { ...paramsOf(parameters), cohort, k, of, group, currency },
      }),
      (sql, frame) => behindCell(sql, parameters, frame),
      [...contradictionsIn(parameters), ...strayGroup(parameters), ...faultsOf(parameters)],
    );
  }
}

function faultsOf({ cohort, grain, currency, measure, periods }: CellParameters): FieldError[] {
  return [
    ...(isPeriod(cohort, grain)
      ? []
      : [{ path: 'cohort', message: `must be a ${grain} as the report names it` }]),
    ...(currency !== undefined && measure !== 'revenue'
      ? [{ path: 'currency', message: 'belongs to measure revenue; leave it out' }]
      : []),
    ...(periods === undefined ? [] : [{ path: 'periods', message: 'belongs to the report; leave it out' }]),
  ];
}

/** Which cell of a report, and whether who is in it or who could be. */
export type Cell = RetentionParameters & Pick<CellParameters, 'cohort' | 'k' | 'of' | 'group' | 'currency'>;

/** @param among only these clients, by id; all unless told */
export async function behindCell(
  sql: Sql,
  parameters: Cell,
  frame: Frame,
  among?: readonly string[],
): Promise<Behind> {
  const { cohort, k, of, anchor, mode } = parameters;
  const { calendar, asOf, knownAt } = frame;
  const question = questionOf(parameters, frame);
  const facts = heldFacts({ ...question.clients, asOf, knownAt, among });
  const starts = `${facts.bind((await periodsSoFar(sql, calendar, asOf)).map(calendar.startOf))}::timestamptz[]`;
  const counting = { ...question, starts };
  const { brackets = [{ from: k, to: k }], windowOfDays } = question;
  const cell = brackets.find(({ from }) => from === k);
  const [start, end] = [calendar.startOf(cohort), calendar.endOf(cohort)];
  // A bracket that is none, and a period that has not begun, hold nobody.
  const begun =
    cell !== undefined && (windowOfDays !== undefined || calendar.startOf(calendar.plus(cohort, k)) < asOf);
  const tables = `${facts.with}, ${placed(facts, counting)}, here AS MATERIALIZED (
    SELECT * FROM placed
    WHERE ${begun ? 'TRUE' : 'FALSE'} AND ${inGroup(parameters, facts)}
      AND anchored_at >= ${facts.bind(start)}::timestamptz AND anchored_at < ${facts.bind(end)}::timestamptz
      AND (observed IS NULL OR observed > ${facts.bind(cell?.to ?? k)}::int))`;
  if (of === 'denominator')
    return {
      facts,
      with: tables,
      rows:
        anchor === 'converted'
          ? `SELECT client_id, anchored_at AS at, ARRAY[conversion_event_id] AS event_ids FROM here JOIN client ${facts.perClient}`
          : 'SELECT client_id, anchored_at AS at, ARRAY[event_id] AS event_ids FROM here JOIN first_service USING (client_id)',
    };
  if (mode === 'status') return { facts, ...activeIn(tables, k, parameters, counting, facts) };
  return { facts, with: tables, rows: servedIn(cell ?? { from: k, to: k }, parameters, counting, facts) };
}

/** Each client with its services in the cell. */
function servedIn(
  { from, to }: Bracket,
  { mode, measure, currency }: Cell,
  counting: Counting,
  facts: HeldFacts,
): string {
  const index = indexOf('said.at', 'holder', counting);
  const within = mode === 'unbounded' ? '' : ` AND ${index} <= ${facts.bind(to)}::int`;
  const money =
    currency === undefined ? 'said.currency IS NOT NULL' : `said.currency = ${facts.bind(currency)}`;
  return `SELECT said.client_id, min(said.at) AS at, array_agg(said.event_id ORDER BY said.at, said.position) AS event_ids
    ${facts.servicesOf('here')} AND ${index} >= ${facts.bind(from)}::int${within}
      AND ${measure === 'revenue' ? money : 'TRUE'}
    GROUP BY said.client_id`;
}

/** Each client who is active at the end of the cell's period, with its last service before that. */
function activeIn(
  tables: string,
  k: number,
  { cohort }: Cell,
  counting: Counting,
  facts: HeldFacts,
): Pick<Behind, 'with' | 'rows'> {
  const { calendar, windowOfDays, lapses = {} } = counting;
  const end =
    windowOfDays === undefined
      ? `${facts.bind(calendar.endOf(calendar.plus(cohort, k)))}::timestamptz`
      : `anchored_at + make_interval(secs => ${(k + 1) * windowOfDays * 86_400})`;
  return {
    with: `${tables}, served AS MATERIALIZED (
        SELECT said.client_id, holder.in_group, min(said.at) AS first_at, NULL::uuid AS first_event_id
        ${facts.servicesOf('here')} GROUP BY 1, 2),
      lapsed AS (${lapsesBy(lapses, facts)}),
      change AS (${activityChanges({ lapses: 'lapsed', served: 'served' }, facts)}),
      active AS (
        SELECT here.client_id, here.counts_from, here.anchored_at FROM here JOIN change ${facts.perClient}
        WHERE change.at < ${end} GROUP BY 1, 2, 3 HAVING sum(delta) = 1)`,
    rows: `SELECT said.client_id, max(said.at) AS at,
        ARRAY[(array_agg(said.event_id ORDER BY said.at DESC, said.position DESC))[1]] AS event_ids
      ${facts.servicesOf('active')} AND said.at < ${end} GROUP BY said.client_id`,
  };
}
