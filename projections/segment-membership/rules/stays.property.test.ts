import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plusDays, type Instant } from '../../../src/schema/instant.js';
import type { Rule } from '../../../src/segment/rule.js';
import { naivelyHolds } from '../../../test/support/naive-rules.js';
import {
  halfDays,
  segmentLives,
  segmentRows,
  tellingConditions,
  tellingRules,
} from '../../../test/support/segment-lives.js';
import { periodCalendar } from '../../analytics/period-calendar.js';
import { localDays } from '../../local-day.js';
import type { SegmentLife } from '../life/segment-life.js';
import { partsOf } from './rule-parts.js';
import { reasonsAt, staysOf, type RuleContext, type Stay } from './stays.js';

const ZONE = 'Europe/Berlin';
const cuts = (at: string, visit: string) => ({
  at,
  eventId: `cuts of ${at}`,
  clients: 5,
  recency: ['2023-02-01', visit, '2023-09-01', '2023-11-01'].map((day) => `${day}T00:00:00.000Z`),
  frequency: [0, 1, 1, 3],
  monetary: { EUR: [0, 1, 200, 8200] },
});
const context: RuleContext = {
  dayOf: localDays(ZONE),
  startOfDay: periodCalendar(ZONE, 'day').startOfDay,
  rfmCuts: [cuts('2023-03-01T00:00:00.000Z', '2023-02-11'), cuts('2023-12-01T00:00:00.000Z', '2023-08-11')],
};

const instants = fc.array(
  fc.record({ at: halfDays, days: fc.constantFrom(0, 0, 0, 30, 90, 400), ms: fc.constantFrom(-1, 0, 1) }),
  { minLength: 5, maxLength: 15 },
);
const moved = ({ at, days, ms }: { at: Instant; days: number; ms: number }): Instant =>
  new Date(Date.parse(plusDays(at, days)) + ms).toISOString();

const isIn = (stays: readonly Stay[], at: Instant) =>
  stays.some(({ from, to }) => from <= at && (to === null || at < to));

/** What a segment that is being filled reads of a life: the columns that its rule looks at. */
const asRead = (rule: Rule, life: SegmentLife): SegmentLife =>
  Object.fromEntries(partsOf(rule).map((part) => [part, life[part]])) as SegmentLife;

function agrees(rule: Rule, life: SegmentLife, at: readonly Instant[]): void {
  const read = asRead(rule, life);
  const stays = staysOf(rule, read, context);
  const ends = stays.flatMap(({ from, to }) => [from, ...(to === null ? [] : [to])]);
  const near = ends.flatMap((one) => [one, new Date(Date.parse(one) - 1).toISOString()]);
  for (const instant of [...at, ...near]) {
    const holds = naivelyHolds(rule, life, instant, context);
    const said = `${JSON.stringify(rule)} at ${instant}`;
    expect([said, isIn(stays, instant)]).toEqual([said, holds]);
    expect([said, reasonsAt(rule, read, instant, context).holds]).toEqual([said, holds]);
  }
  for (const [index, { from, to }] of stays.entries()) {
    if (to !== null) expect(from < to).toBe(true);
    const next = stays[index + 1];
    if (next) expect(to !== null && to < next.from).toBe(true);
  }
}

describe('the stays that follow from a rule', () => {
  it.each(Object.entries(tellingConditions))('agree with %s as it is at any instant', (_fact, conditions) => {
    fc.assert(
      fc.property(segmentLives, conditions, instants, (lives, rule, at) => {
        for (const life of segmentRows(lives)) agrees(rule, life, at.map(moved));
      }),
      { numRuns: 20 },
    );
  });

  it('agree with conditions combined', () => {
    fc.assert(
      fc.property(segmentLives, tellingRules, instants, (lives, rule, at) => {
        for (const life of segmentRows(lives)) agrees(rule, life, at.map(moved));
      }),
      { numRuns: 100 },
    );
  });
});
