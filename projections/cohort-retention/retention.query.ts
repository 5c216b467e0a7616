import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Clock } from '../../src/clock.js';
import type { Await } from '../../src/http/await-position.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { BUSINESS_ZONE } from '../analytics/reports.js';
import { ReadModels } from '../read-models.js';
import { COHORT_RETENTION } from '../analytics/facts/projection-name.js';
import { figuresAsOf, figuresOfNow } from './figures-from-counters.js';
import { figuresFromFacts } from './figures-from-facts.js';
import { periodCalendar, type PeriodCalendar } from '../analytics/period-calendar.js';
import type { RetentionReport } from './retention.answer.js';
import { definitionOf } from './retention.definition.js';
import type { RetentionFigures, Sql } from './retention.figures.js';
import { boundsOf, type RetentionParameters } from './retention.parameters.js';
import { clientRetention, revenueRetention } from './retention.js';

/** The window of definitions §0. */
const INACTIVITY_DAYS = 90;

const daysBefore = (at: Instant, days: number): Instant =>
  new Date(Date.parse(at) - days * 86_400_000).toISOString();

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
  private readonly business: PeriodCalendar;

  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) zone: string,
  ) {
    this.business = periodCalendar(zone, 'month');
  }

  /** @throws Problem 400 for parameters that contradict each other; ReadModelBehind when the wait runs out */
  async execute({ parameters, wait }: GetRetention): Promise<Snapshot<RetentionReport>> {
    const { tz = this.business.zone, anchor, mode, grain, window, measure, periods } = parameters;
    const calendar = tz === this.business.zone ? this.business : periodCalendar(tz, 'month');
    const bounds = boundsOf(parameters, calendar, this.clock.now());
    const { result, ...progress } = await this.readModels.ask(COHORT_RETENTION, wait, async (sql) => {
      // Read once the state is fixed that is read: nothing in it happened later.
      const generatedAt = this.clock.now();
      const asOf = parameters.asOf ?? generatedAt;
      return { generatedAt, asOf, figures: await this.figures(sql, parameters, calendar, asOf) };
    });
    const { generatedAt, asOf, figures } = result;
    const { knownAt = generatedAt, inactivityDays = INACTIVITY_DAYS } = parameters;
    const unbounded = mode === 'unbounded' ? { inactivityDays } : {};
    const frame = {
      calendar,
      asOf,
      periods,
      ...bounds,
      ...(mode === 'unbounded' ? { censoredAfter: daysBefore(asOf, inactivityDays) } : {}),
    };
    const report = measure === 'clients' ? clientRetention(figures, frame) : revenueRetention(figures, frame);
    const meta = {
      definition: definitionOf(parameters, tz),
      params: { anchor, mode, grain, window, measure, ...unbounded, ...bounds, periods },
      tz,
      asOf,
      knownAt,
      position: progress.position === null ? null : String(progress.position),
      generatedAt,
    };
    return { ...progress, result: { meta, ...report } };
  }

  private figures(
    sql: Sql,
    { anchor, measure, mode, asOf: asked, knownAt }: RetentionParameters,
    calendar: PeriodCalendar,
    asOf: Instant,
  ): Promise<RetentionFigures> {
    const question = { anchor, measure, mode, calendar, asOf, knownAt: knownAt ?? null };
    // The counters know the business's months, one mode, and nothing of what was held before.
    if (calendar !== this.business || mode === 'unbounded' || knownAt !== null)
      return figuresFromFacts(sql, question);
    return asked === undefined ? figuresOfNow(sql, question) : figuresAsOf(sql, question);
  }
}
