import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plusDays } from '../../schema/instant.js';
import { gapsDays, quantile, usualGapDays } from './usual-gap.js';

const start = '2024-01-01T09:00:00.000Z';
/** @returns services so many days after the first */
const services = (...days: number[]) => days.map((day) => ({ at: plusDays(start, day) }));

describe('the usual gap between services', () => {
  it('is the median of the gaps: of an even number of them, the mean of the middle two', () => {
    expect(usualGapDays(services(0, 10, 30, 60))).toBe(20);
    expect(usualGapDays(services(0, 10, 30))).toBe(15);
  });

  it('is not to be had from fewer than three services on different days', () => {
    expect(usualGapDays(services())).toBeUndefined();
    expect(usualGapDays(services(0, 10))).toBeUndefined();
    expect(usualGapDays(services(0, 0.1, 10, 10.2))).toBeUndefined();
  });

  it('goes by the last 24 gaps, up to the service asked about', () => {
    const monthlyThenWeekly = services(
      ...Array.from({ length: 30 }, (_, n) => n * 30),
      ...Array.from({ length: 24 }, (_, n) => 870 + (n + 1) * 7),
    );
    expect(usualGapDays(monthlyThenWeekly)).toBe(7);
    expect(usualGapDays(monthlyThenWeekly, 29)).toBe(30);
  });
});

describe('an unusual gap', () => {
  it('is longer than four of five', () => {
    expect(gapsDays(services(0, 10, 30, 60, 100, 150))).toEqual({ usual: 30, unusual: 42 });
    expect(gapsDays(services(0, 10))).toEqual({});
  });
});

describe('a quantile', () => {
  it('lies between two neighbours as percentile_cont has it', () => {
    expect(quantile([10, 20, 30, 40, 50], 0.8)).toBe(42);
    expect(quantile([10, 20], 0.8)).toBeCloseTo(18);
    expect(quantile([7], 0.8)).toBe(7);
    expect(quantile([], 0.8)).toBeUndefined();
  });

  it('never lies outside of what it is of', () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sorted = values.sort((a, b) => a - b);
        const value = quantile(sorted, share) as number;
        expect(value).toBeGreaterThanOrEqual(sorted[0] as number);
        expect(value).toBeLessThanOrEqual(sorted.at(-1) as number);
      }),
    );
  });
});
