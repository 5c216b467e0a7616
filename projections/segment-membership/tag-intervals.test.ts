import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tagged, untagged, type TagInterval } from './tag-intervals.js';

const day = (n: number) => `2024-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;

/** `+3` tags on the third, `-5` takes the tag off on the fifth; in the order in which it was recorded. */
const after = (...facts: number[]): string[] =>
  facts
    .reduce<TagInterval[]>(
      (intervals, fact) =>
        (fact > 0 ? tagged : untagged)(intervals, 'vip', day(Math.abs(fact)), `event ${fact}`),
      [],
    )
    .map(({ from, to }) => `${Number(from.slice(8, 10))}–${to === null ? '' : Number(to.slice(8, 10))}`);

describe('the time a client has a tag', () => {
  it('runs from when it is given until it is taken off', () => {
    expect(after(3)).toEqual(['3–']);
    expect(after(3, -5)).toEqual(['3–5']);
    expect(after(3, -5, 8)).toEqual(['3–5', '8–']);
  });

  it('goes on without a gap where it is given again at the instant it is taken off', () => {
    expect(after(3, -5, 5)).toEqual(['3–']);
  });

  it('is no time at all where it is taken off at the instant it was given', () => {
    expect(after(3, -3)).toEqual([]);
  });

  it('is what was last said, from the date for which it was said', () => {
    expect(after(10, -5)).toEqual([]);
    expect(after(3, -8, 10, -5)).toEqual(['3–5']);
    expect(after(10, -20, 3)).toEqual(['3–']);
    expect(after(3, -20, 10)).toEqual(['3–']);
  });

  it('leaves other tags alone', () => {
    const both = tagged(tagged([], 'vip', day(3), 'a'), 'late-payer', day(4), 'b');
    expect(untagged(both, 'vip', day(2), 'c')).toEqual([
      { tag: 'late-payer', from: day(4), to: null, begunBy: 'b', endedBy: null },
    ]);
  });

  it('names the events that began and ended it', () => {
    expect(untagged(tagged([], 'vip', day(3), 'a'), 'vip', day(5), 'b')).toEqual([
      { tag: 'vip', from: day(3), to: day(5), begunBy: 'a', endedBy: 'b' },
    ]);
  });

  it('comes in stretches apart from each other, and lasts exactly if the last fact says so', () => {
    const fact = fc.integer({ min: -30, max: 30 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.array(fact, { minLength: 1, maxLength: 12 }), (facts) => {
        const intervals = facts.reduce<TagInterval[]>(
          (had, one) => (one > 0 ? tagged : untagged)(had, 'vip', day(Math.abs(one)), 'x'),
          [],
        );
        intervals.forEach(({ from, to, endedBy }, index) => {
          expect(to === null || from < to).toBe(true);
          expect(endedBy === null).toBe(to === null);
          const next = intervals[index + 1];
          if (next) expect(to !== null && to < next.from).toBe(true);
        });
        expect(intervals.at(-1)?.to === null).toBe((facts.at(-1) as number) > 0);
      }),
    );
  });
});
