import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { plusDays } from '../../src/schema/instant.js';
import { clientFilters, Reports, type Frame } from '../analytics/reports.js';
import type { Sql } from '../analytics/sql.js';
import { figuresOfNow } from './figures-from-counters.js';
import { figuresFromFacts } from './figures-from-facts.js';
import type { RetentionReport } from './retention.answer.js';
import { definitionOf } from './retention.definition.js';
import type { Bracket, FactsQuestion, RetentionFigures } from './retention.figures.js';
import {
  bracketsOf,
  contradictionsIn,
  INACTIVITY_DAYS,
  windowOfDays,
  type RetentionParameters,
} from './retention.parameters.js';
import { clientRetention, revenueRetention } from './retention.js';

export class GetRetention extends Query<Snapshot<RetentionReport>> {
  constructor(
    readonly parameters: RetentionParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetRetention)
export class GetRetentionHandler implements IQueryHandler<GetRetention> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out */
  execute({ parameters, wait }: GetRetention): Promise<Snapshot<RetentionReport>> {
    return this.reports.answer(
      parameters,
      wait,
      ({ calendar }) => ({
        definition: definitionOf(parameters, calendar.zone),
        params: paramsOf(parameters),
      }),
      async (sql, frame) =>
        retentionOf(await retentionFigures(sql, parameters, frame, this.reports), parameters, frame),
      contradictionsIn(parameters),
    );
  }
}

/** @returns the parts of the answer that the figures come to */
export function retentionOf(figures: RetentionFigures, parameters: RetentionParameters, frame: Frame) {
  const { calendar, asOf, bounds } = frame;
  const { mode, measure, periods, inactivityDays = INACTIVITY_DAYS } = parameters;
  const view = {
    ...{ calendar, asOf, periods, ...bounds },
    brackets: bracketsIn(parameters),
    windowOfDays: windowOfDays(parameters),
    ...(mode === 'unbounded' ? { censoredAfter: plusDays(asOf, -inactivityDays) } : {}),
  };
  return measure === 'clients' ? clientRetention(figures, view) : revenueRetention(figures, view);
}

/** @param reports whose zone's months are in the counters */
export function retentionFigures(
  sql: Sql,
  parameters: RetentionParameters,
  frame: Frame,
  { zone, columns }: Pick<Reports, 'zone' | 'columns'>,
): Promise<RetentionFigures> {
  const { mode } = parameters;
  const question = questionOf(parameters, frame);
  return (mode === 'bounded' || mode === 'status') && isCounted(parameters, frame, zone)
    ? figuresOfNow(sql, { ...question, mode })
    : figuresFromFacts(sql, columns, question);
}

/** The counters know the business's months and the lapses on record, of all clients, as of now, and nothing of what was held before. */
function isCounted(parameters: RetentionParameters, { calendar, knownAt }: Frame, zone: string): boolean {
  const { grain, window, windowDays, tieRule = 'ge', asOf } = parameters;
  const plain = grain === 'month' && window === 'calendar' && windowDays === undefined && tieRule === 'ge';
  const everybody = Object.keys(clientFilters(parameters)).length === 0;
  return plain && everybody && calendar.zone === zone && asOf === undefined && knownAt === null;
}

export function questionOf(
  parameters: RetentionParameters,
  { calendar, asOf, knownAt }: Frame,
): FactsQuestion {
  const { anchor, mode, measure, windowDays, tieRule } = parameters;
  return {
    ...{ anchor, mode, measure, calendar, asOf, knownAt },
    windowOfDays: windowOfDays(parameters),
    brackets: bracketsIn(parameters),
    lapses: { windowDays, tieRule },
    clients: clientFilters(parameters),
  };
}

const bracketsIn = ({ brackets }: RetentionParameters): Bracket[] | undefined =>
  brackets === undefined ? undefined : (bracketsOf(brackets) ?? undefined);

/** The parameters with their defaults, as far as they bear on the answer. */
export function paramsOf(parameters: RetentionParameters): Record<string, unknown> {
  const { anchor, mode, grain, window, measure, periods, brackets, windowDays } = parameters;
  const { length = '30d', inactivityDays = INACTIVITY_DAYS, tieRule = 'ge' } = parameters;
  return {
    ...{ anchor, mode, grain, window, measure, periods, brackets },
    ...(window === 'elapsed' ? { length } : {}),
    ...(mode === 'unbounded' ? { inactivityDays } : {}),
    ...(mode === 'status' ? { windowDays, tieRule } : {}),
    ...clientFilters(parameters),
  };
}
