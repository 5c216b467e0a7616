import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../src/clock.js';
import type { Await } from '../../src/http/await-position.js';
import type { FieldError } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { ReadModels } from '../read-models.js';
import { SEGMENT_MEMBERSHIP } from '../segment-membership/segment-membership.projection.js';
import { LifeColumns, StateOutrun } from './columns/life-columns.js';
import type { ReportMeta } from './analytics.answer.js';
import {
  boundsOf,
  refuseContradictions,
  type ClientFilters,
  type PeriodBounds,
  type TimesParameters,
} from './analytics.parameters.js';
import { COHORT_RETENTION } from './facts/projection-name.js';
import { periodCalendar, type Grain, type PeriodCalendar } from './period-calendar.js';
import type { Sql } from './sql.js';

/** Token of the business's zone (IANA name), in whose calendar a report is unless another is asked for. */
export const BUSINESS_ZONE = Symbol('business zone');

export type ReportParameters = TimesParameters &
  Partial<ClientFilters> & { from?: string; to?: string; grain?: Grain };

/** What of its parameters a report needs in a form to reckon with. */
export interface Frame {
  readonly calendar: PeriodCalendar;
  readonly bounds: PeriodBounds;
  /** exclusive; the instant of the answer unless told */
  readonly asOf: Instant;
  /** exclusive; null for all that is on record */
  readonly knownAt: Instant | null;
}

/** What a measure says beside its figures. */
export interface Said {
  readonly definition: string;
  /** its parameters, defaults filled in; times and bounds need not be repeated */
  readonly params: Record<string, unknown>;
}

/** How every report is made: parameters judged, one state of the tables read, and said what the figures are of. */
@Injectable()
export class Reports {
  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) readonly zone: string,
    readonly columns: LifeColumns,
  ) {}

  /** @returns what time it is, by the clock that reports go by */
  now(): Instant {
    return this.clock.now();
  }

  /**
   * @param measure reads the figures; all it asks is of one state. It gives the parts of the answer beside `meta`
   * @param said what is to be said of them
   * @param contradictions what is wrong with parameters that only the measure knows of
   * @throws Problem 400 for parameters that contradict each other or the clock; ReadModelBehind when the wait runs out
   */
  async answer<Figures extends object>(
    parameters: ReportParameters,
    wait: Await | undefined,
    said: (frame: Frame) => Said,
    measure: (sql: Sql, frame: Frame) => Promise<Figures>,
    contradictions: readonly FieldError[] = [],
  ): Promise<Snapshot<{ meta: ReportMeta } & Figures>> {
    const { tz = this.zone, grain = 'month', asOf, knownAt, segment, groupBy } = parameters;
    const calendar = periodCalendar(tz, grain);
    const bounds = boundsOf(parameters, calendar);
    refuseContradictions(parameters, bounds, this.clock.now(), contradictions);
    const bySegment = segment !== undefined || groupBy === 'segment';
    const asked = bySegment ? [COHORT_RETENTION, SEGMENT_MEMBERSHIP] : COHORT_RETENTION;
    const ask = () =>
      this.readModels.ask(asked, wait, async (sql, fixed) => {
        // Read once the state is fixed that is read: nothing in it happened later.
        await fixed;
        const generatedAt = this.clock.now();
        const frame = { calendar, bounds, asOf: asOf ?? generatedAt, knownAt: knownAt ?? null };
        return { generatedAt, frame, figures: await measure(sql, frame) };
      });
    const { result, ...progress } = await unlessOutrun(ask);
    const { generatedAt, frame, figures } = result;
    const { definition, params } = said(frame);
    const meta = {
      definition,
      params: { ...params, ...bounds },
      tz,
      asOf: frame.asOf,
      knownAt: knownAt ?? generatedAt,
      position: progress.position === null ? null : String(progress.position),
      generatedAt,
    };
    return { ...progress, result: { meta, ...figures } };
  }
}

/** How often a question is asked anew of a later state before it is given up. */
const OUTRUN = 5;

async function unlessOutrun<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let times = 1; ; times++)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StateOutrun) || times === OUTRUN) throw error;
    }
}

/** @returns the parameters that say which clients, for `params` and `heldFacts` alike; what was not given is left out */
export function clientFilters(parameters: Partial<ClientFilters>): Partial<ClientFilters> {
  const { segment, serviceType, technician, source, trade, clientType, groupBy } = parameters;
  const given = { segment, serviceType, technician, source, trade, clientType, groupBy };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
