import { ValidateBy } from 'class-validator';
import type { FieldError } from '../../src/http/problem.js';
import { field, OneOf, type FieldOptions } from '../../src/schema/fields.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { PeriodParameters } from '../analytics/analytics.parameters.js';
import { Tie, WindowDays, type TieRule } from '../analytics/lapse-rule.js';
import { ANCHORS, type Anchor } from './cohort-retention.tables.js';
import { MEASURES, MODES, type Bracket, type Measure, type Mode } from './retention.figures.js';

/** A century of months. */
const MOST_PERIODS = 1200;
/** Window of definitions §0. */
export const INACTIVITY_DAYS = 90;

const BRACKET = /^(\d{1,4})(?:-(\d{1,4}))?$/;

/** @param text `0,1-3,4-6`. @returns the brackets; null if they are none, or do not rise without overlapping */
export function bracketsOf(text: string): Bracket[] | null {
  const brackets: Bracket[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = BRACKET.exec(part) ?? [];
    const bracket = { from: Number(from), to: Number(to) };
    const last = brackets.at(-1)?.to ?? -1;
    // NaN is in no order.
    if (!(bracket.from > last && bracket.to >= bracket.from && bracket.to <= MOST_PERIODS)) return null;
    brackets.push(bracket);
  }
  return brackets;
}

const Brackets = (options: FieldOptions) =>
  field('brackets', { example: '1-3,4-6,7-12', ...options }, { type: 'string' }, [
    ValidateBy({
      name: 'isBrackets',
      validator: {
        validate: (value) => typeof value === 'string' && bracketsOf(value) !== null,
        defaultMessage: (a) =>
          `${a?.property} must be ranges of k that rise without overlapping, such as 1-3,4-6,7-12`,
      },
    }),
  ]);

export const WINDOWS = ['calendar', 'elapsed'] as const;
/** Periods of the calendar, the same for all, or windows of equal length from each client's own anchor. */
type Window = (typeof WINDOWS)[number];

const LENGTHS = { '24h': 1, '7d': 7, '30d': 30 } as const;

export class RetentionParameters extends PeriodParameters {
  @OneOf(ANCHORS, {
    about: 'what places a client in a cohort: its conversion, or its first service',
    optional: true,
  })
  anchor: Anchor = 'converted';

  @OneOf(MODES, {
    about:
      'status: active when the period ends; bounded: serviced in the period itself; unbounded: in it or in any later one; bracket: in any period of a bracket',
    optional: true,
  })
  mode: Mode = 'bounded';

  @Brackets({ about: 'mode=bracket: the ranges of k, both ends included', optional: true })
  brackets?: string;

  @OneOf(WINDOWS, {
    about:
      'calendar: periods of the calendar; elapsed: windows from each client’s own anchor, in which only clients count who were observed for the whole of it',
    optional: true,
  })
  window: Window = 'calendar';

  @OneOf(Object.keys(LENGTHS), {
    about: 'window=elapsed: length of a window; 30d unless told',
    optional: true,
  })
  length?: keyof typeof LENGTHS;

  @OneOf(MEASURES, { about: 'clients who came back, or what they brought', optional: true })
  measure: Measure = 'clients';

  @QueryInteger({
    about: 'at most so many periods a cohort, its own being the first',
    min: 1,
    max: MOST_PERIODS,
    optional: true,
  })
  periods?: number;

  @QueryInteger({
    about:
      'mode=unbounded: a cell whose period ends less than so many days before asOf is marked censored, for its clients may yet come back; 90 unless told',
    min: 1,
    max: 3660,
    optional: true,
  })
  inactivityDays?: number;

  @WindowDays()
  windowDays?: number;

  @Tie()
  tieRule?: TieRule;
}

/** @returns the length of a window in days; undefined in the calendar */
export const windowOfDays = ({ window, length = '30d' }: RetentionParameters): number | undefined =>
  window === 'elapsed' ? LENGTHS[length] : undefined;

/** @returns what is wrong with parameters that only retention knows of */
export function contradictionsIn(parameters: RetentionParameters): FieldError[] {
  const { mode, measure, window, brackets, length, periods, inactivityDays, windowDays, tieRule } =
    parameters;
  const belongs = (path: string, value: unknown, to: string, fits: boolean): FieldError[] =>
    value === undefined || fits ? [] : [{ path, message: `belongs to ${to}; leave it out` }];
  return [
    ...(measure === 'revenue' && (mode === 'unbounded' || mode === 'status')
      ? [{ path: 'measure', message: `must be clients in mode ${mode}: money comes in its own period` }]
      : []),
    ...(mode === 'bracket' && brackets === undefined
      ? [{ path: 'brackets', message: 'is needed in mode bracket, such as 1-3,4-6,7-12' }]
      : []),
    ...belongs('brackets', brackets, 'mode bracket', mode === 'bracket'),
    ...belongs('periods', periods, 'modes without brackets', mode !== 'bracket'),
    ...belongs('length', length, 'window elapsed', window === 'elapsed'),
    ...belongs('inactivityDays', inactivityDays, 'mode unbounded', mode === 'unbounded'),
    ...belongs('windowDays', windowDays, 'mode status', mode === 'status'),
    ...belongs('tieRule', tieRule, 'mode status', mode === 'status'),
  ];
}
