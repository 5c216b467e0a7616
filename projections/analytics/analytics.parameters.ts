import { ValidateBy } from 'class-validator';
import { TRADES } from '../../src/client/record/details.events.js';
import { Problem, type FieldError } from '../../src/http/problem.js';
import { field, InstantField, OneOf, Text, type FieldOptions } from '../../src/schema/fields.js';
import { parseInstant, type Instant } from '../../src/schema/instant.js';
import { isZone, GRAINS, type Grain, type PeriodCalendar } from './period-calendar.js';

/**
 * The parameters that measures share, as a chain of classes: a measure's own parameters extend the longest part of it that
 * makes sense for the measure. What a class does not have is refused by name (400), so no parameter is silently ignored.
 *
 *   TimesParameters     asOf, knownAt, tz
 *   ClientParameters    … and of which clients: segment, serviceType, technician, source, trade, clientType; groupBy
 *   PeriodParameters    … and of which periods: from, to, grain
 */
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const isBound = (value: unknown): boolean =>
  typeof value === 'string' &&
  (MONTH.test(value) || parseInstant(DAY.test(value) ? `${value}T00:00Z` : value) !== null);

/** A month or a day, which begin when they do in the report's zone, or an instant. */
export const PeriodBound = (options: FieldOptions) =>
  field('month, day or instant', { example: '2024-01', ...options }, { type: 'string' }, [
    ValidateBy({
      name: 'isPeriodBound',
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

/** Of when a report is. */
export class TimesParameters {
  @InstantField({ about: 'only what happened before it counts; now unless told', optional: true })
  asOf?: Instant;

  @InstantField({ about: 'only what was recorded before it counts; now unless told', optional: true })
  knownAt?: Instant;

  @Zone({ about: 'whose calendar; the business’s own unless told', optional: true })
  tz?: string;
}

export const GROUPINGS = ['segment', 'serviceType', 'technician', 'source', 'trade', 'clientType'] as const;
/** What clients are told apart by. Service type and technician are those of a client's first service, so that groups add up. */
export type Grouping = (typeof GROUPINGS)[number];

/** Of which clients a report is, and by what it tells them apart. */
export class ClientParameters extends TimesParameters {
  @Text({ about: 'only members of this segment, just before asOf', optional: true, example: 'tag:vip' })
  segment?: string;

  @Text({ about: 'only clients whose first service was of this type', optional: true, max: 120 })
  serviceType?: string;

  @Text({ about: 'only clients first served by this technician (the first named)', optional: true, max: 80 })
  technician?: string;

  @Text({ about: 'only clients whose lead came from here', optional: true, max: 80, example: 'referral' })
  source?: string;

  @OneOf(TRADES, { about: 'only clients of this trade', optional: true })
  trade?: string;

  @OneOf(['residential', 'commercial'], { about: 'only clients of this kind', optional: true })
  clientType?: string;

  @OneOf(GROUPINGS, {
    about:
      'a part of the answer for each value of it, named in `group`; null stands for clients without one. A client in several segments is in the part of each',
    optional: true,
  })
  groupBy?: Grouping;
}

/** Which of them a client must be, for `heldFacts`. */
export type ClientFilters = Omit<ClientParameters, keyof TimesParameters>;

/** Of which calendar periods a report is. */
export class PeriodParameters extends ClientParameters {
  @PeriodBound({ about: 'periods that start at it or later', optional: true })
  from?: string;

  @PeriodBound({ about: 'periods that start before it', optional: true })
  to?: string;

  @OneOf(GRAINS, { about: 'length of a period; weeks are those of ISO 8601, from Monday', optional: true })
  grain: Grain = 'month';
}

/** Which periods: those that start at `from` (inclusive) or later, and before `to` (exclusive). */
export interface PeriodBounds {
  readonly from?: Instant;
  readonly to?: Instant;
}

/** @returns the bounds as instants, a month or day standing for its first instant in the calendar's zone */
export function boundsOf(
  { from, to }: { from?: string; to?: string },
  calendar: PeriodCalendar,
): PeriodBounds {
  return {
    ...(from === undefined ? {} : { from: instantOf(from, calendar) }),
    ...(to === undefined ? {} : { to: instantOf(to, calendar) }),
  };
}

/**
 * @param now of the clock; a day to come has no figures yet
 * @param more what else is wrong, in the eyes of the measure
 * @throws Problem 400 that names every parameter which contradicts another or the clock
 */
export function refuseContradictions(
  { asOf, knownAt }: TimesParameters,
  { from, to }: PeriodBounds,
  now: Instant,
  more: readonly FieldError[] = [],
): void {
  const errors: FieldError[] = [];
  if (from !== undefined && to !== undefined && from >= to)
    errors.push({ path: 'from', message: `must lie before to; they are ${from} and ${to}` });
  for (const [path, at] of Object.entries({ asOf, knownAt }))
    if (at !== undefined && at > now)
      errors.push({ path, message: `must not lie in the future; it is ${now} now` });
  errors.push(...more);
  if (errors.length > 0) throw Problem.badRequest(errors);
}

function instantOf(bound: string, { startOfDay }: PeriodCalendar): Instant {
  if (MONTH.test(bound)) return startOfDay(`${bound}-01`);
  return DAY.test(bound) ? startOfDay(bound) : (parseInstant(bound) as Instant);
}
