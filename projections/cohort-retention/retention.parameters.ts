import { ValidateBy } from 'class-validator';
import { Problem, type FieldError } from '../../src/http/problem.js';
import { field, InstantField, OneOf, type FieldOptions } from '../../src/schema/fields.js';
import { parseInstant, type Instant } from '../../src/schema/instant.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { ANCHORS, type Anchor } from './cohort-retention.tables.js';
import { isZone, type PeriodCalendar } from '../analytics/period-calendar.js';
import { MEASURES, MODES, type Measure, type Mode } from './retention.figures.js';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A century of months. */
const MOST_PERIODS = 1200;

const isBound = (value: unknown): boolean =>
  typeof value === 'string' &&
  (MONTH.test(value) || parseInstant(DAY.test(value) ? `${value}T00:00Z` : value) !== null);

/** A month or a day, which begin when they do in the report's zone, or an instant. */
const CohortBound = (options: FieldOptions) =>
  field('month, day or instant', { example: '2024-01', ...options }, { type: 'string' }, [
    ValidateBy({
      name: 'isCohortBound',
      validator: {
        validate: isBound,
        defaultMessage: (a) =>
          `${a?.property} must be a month (2024-01), a day (2024-01-15) or an ISO 8601 instant with a zone`,
      },
    }),
  ]);

const Zone = (options: FieldOptions) =>
  field('time zone', { example: 'Europe/Berlin', ...options }, { type: 'string' }, [
    ValidateBy({
      name: 'isZone',
      validator: {
        validate: (value) => typeof value === 'string' && isZone(value),
        defaultMessage: (a) => `${a?.property} must be an IANA time zone, such as UTC or Europe/Berlin`,
      },
    }),
  ]);

/** A parameter that the API names and this report cannot take yet: refused, so that nobody takes its answer for one that did. */
const NotOffered = () =>
  ValidateBy({
    name: 'notOffered',
    validator: {
      validate: (value) => value === undefined,
      defaultMessage: (a) => `${a?.property} is not offered by this report yet; leave it out`,
    },
  });

export class RetentionParameters {
  @OneOf(ANCHORS, {
    about: 'what places a client in a cohort: its conversion, or its first service',
    optional: true,
  })
  anchor: Anchor = 'converted';

  @OneOf(MODES, {
    about: 'bounded: serviced in the period itself; unbounded: in it or in any later one',
    optional: true,
  })
  mode: Mode = 'bounded';

  @OneOf(['month'], { about: 'length of a period', optional: true })
  grain: string = 'month';

  @OneOf(['calendar'], { about: 'periods are those of the calendar', optional: true })
  window: string = 'calendar';

  @OneOf(MEASURES, { about: 'clients who came back, or what they brought', optional: true })
  measure: Measure = 'clients';

  @CohortBound({ about: 'cohorts whose period starts at it or later', optional: true })
  from?: string;

  @CohortBound({ about: 'cohorts whose period starts before it', optional: true })
  to?: string;

  @QueryInteger({
    about: 'at most so many periods a cohort, its own being the first',
    min: 1,
    max: MOST_PERIODS,
    optional: true,
  })
  periods?: number;

  @InstantField({ about: 'only what happened before it counts; now unless told', optional: true })
  asOf?: Instant;

  @Zone({ about: 'whose calendar; the business’s own unless told', optional: true })
  tz?: string;

  @InstantField({ about: 'only what was recorded before it counts; now unless told', optional: true })
  knownAt?: Instant;

  @QueryInteger({
    about:
      'mode=unbounded: a cell whose period ends less than so many days before asOf is marked censored, for its clients may yet come back; 90 unless told',
    min: 1,
    max: 3660,
    optional: true,
  })
  inactivityDays?: number;

  @NotOffered() segment?: never;
  @NotOffered() groupBy?: never;
}

/** Which cohorts: those whose period starts at `from` (inclusive) or later, and before `to` (exclusive). */
export interface CohortBounds {
  readonly from?: Instant;
  readonly to?: Instant;
}

/**
 * @param now of the clock; a day to come has no figures yet
 * @returns the bounds of cohorts as instants
 * @throws Problem 400 where parameters contradict each other or the clock
 */
export function boundsOf(
  { from, to, asOf, knownAt, mode, measure, inactivityDays }: RetentionParameters,
  calendar: PeriodCalendar,
  now: Instant,
): CohortBounds {
  const bounds = {
    ...(from === undefined ? {} : { from: instantOf(from, calendar) }),
    ...(to === undefined ? {} : { to: instantOf(to, calendar) }),
  };
  const errors: FieldError[] = [];
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.from >= bounds.to)
    errors.push({ path: 'from', message: `must lie before to; they are ${bounds.from} and ${bounds.to}` });
  if (asOf !== undefined && asOf > now)
    errors.push({ path: 'asOf', message: `must not lie in the future; it is ${now} now` });
  if (knownAt !== undefined && knownAt > now)
    errors.push({ path: 'knownAt', message: `must not lie in the future; it is ${now} now` });
  if (mode === 'unbounded' && measure === 'revenue')
    errors.push({
      path: 'measure',
      message: 'must be clients in mode unbounded: money comes in its own period',
    });
  if (mode === 'bounded' && inactivityDays !== undefined)
    errors.push({
      path: 'inactivityDays',
      message: 'belongs to mode unbounded: no bounded cell is censored',
    });
  if (errors.length > 0) throw Problem.badRequest(errors);
  return bounds;
}

function instantOf(bound: string, calendar: PeriodCalendar): Instant {
  if (MONTH.test(bound)) return calendar.startOf(bound);
  return DAY.test(bound) ? calendar.startOfDay(bound) : (parseInstant(bound) as Instant);
}
