import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

const DRAWS = 20_000;
const draws = (draw: (random: Random) => number, random = new Random(1, 1)) =>
  Array.from({ length: DRAWS }, () => draw(random));
const mean = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const variance = (numbers: number[]) => mean(numbers.map((n) => (n - mean(numbers)) ** 2));

describe('reproducible chance', () => {
  it('gives the same numbers for the same seeds, and others for others', () => {
    const first = (seed: number, sequence: number) =>
      draws((r) => r.uniform(), new Random(seed, sequence)).slice(0, 5);
    expect(first(1, 2)).toEqual(first(1, 2));
    expect(first(1, 2)).not.toEqual(first(2, 1));
    expect(first(1, 2)).not.toEqual(first(1, 3));
  });

  it('begins every sequence somewhere else', () => {
    const starts = Array.from({ length: DRAWS }, (_, sequence) => new Random(1, sequence).uniform());
    expect(mean(starts)).toBeCloseTo(1 / 2, 1);
    expect(variance(starts)).toBeCloseTo(1 / 12, 2);
  });

  it('draws evenly between 0 and 1, and whole numbers with both bounds', () => {
    const numbers = draws((random) => random.uniform());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(mean(numbers)).toBeCloseTo(0.5, 1);
    expect(new Set(draws((random) => random.whole(3, 6)))).toEqual(new Set([3, 4, 5, 6]));
  });

  it.each([0.4, 1, 2.5, 9])(
    'draws from the gamma distribution of shape %d: mean and variance are the shape',
    (shape) => {
      const numbers = draws((random) => random.gamma(shape));
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      expect(mean(numbers) / shape).toBeCloseTo(1, 1);
      expect(Math.abs(variance(numbers) / shape - 1)).toBeLessThan(0.1);
    },
  );

  it('draws from the beta and the normal distribution', () => {
    const beta = draws((random) => random.beta(0.7, 5));
    expect(mean(beta)).toBeCloseTo(0.7 / 5.7, 2);
    const normal = draws((random) => random.normal());
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(variance(normal)).toBeCloseTo(1, 1);
  });

  it('draws by weight', () => {
    const items = [
      { name: 'rare', weight: 1 },
      { name: 'often', weight: 9 },
      { name: 'never', weight: 0 },
    ];
    const names = draws((random) => items.indexOf(random.weighted(items)));
    expect(mean(names)).toBeCloseTo(0.9, 1);
    expect(Math.max(...names)).toBe(1);
  });
});
