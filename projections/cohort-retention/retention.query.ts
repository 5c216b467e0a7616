import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { plusDays } from '../../src/schema/instant.js';
import { clientFilters, Reports, type Frame, type Sql } from '../analytics/reports.js';
import { figuresAsOf, figuresOfNow } from './figures-from-counters.js';
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
        retentionOf(await retentionFigures(sql, parameters, frame, this.reports.zone), parameters, frame),
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

/** @param zone the business's, in whose months the counters are */
export function retentionFigures(
  sql: Sql,
  parameters: RetentionParameters,
  frame: Frame,
  zone: string,
): Promise<RetentionFigures> {
  const { mode, asOf } = parameters;
  const question = questionOf(parameters, frame);
  if (isCounted(parameters, frame, zone)) {
    if (asOf === undefined && (mode === 'bounded' || mode === 'status'))
      return figuresOfNow(sql, { ...question, mode });
    if (mode === 'bounded') return figuresAsOf(sql, { ...question, mode });
  }
  return figuresFromFacts(sql, question);
}

/** The counters know the business's months and the lapses on record, of all clients, and nothing of what was held before. */
function isCounted(parameters: RetentionParameters, { calendar, knownAt }: Frame, zone: string): boolean {
  const { grain, window, windowDays, tieRule = 'ge' } = parameters;
  const plain = grain === 'month' && window === 'calendar' && windowDays === undefined && tieRule === 'ge';
  const everybody = Object.keys(clientFilters(parameters)).length === 0;
  return plain && everybody && calendar.zone === zone && knownAt === null;
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
