import { describe, expect, it } from '@jest/globals';
import { Random } from '../../../src/demo/random.js';
import {
  aliveChance,
  expectedVisits,
  fitBgNbd,
  hypergeometric,
  logLikelihood,
  type Alike,
} from './bg-nbd.js';
import { expectedSpend, fitGammaGamma } from './gamma-gamma.js';
import { logGamma } from './log-gamma.js';
import { minimise } from './minimise.js';

describe('what the models are made of', () => {
  it('ln Γ is that of factorials and of a half', () => {
    expect(logGamma(1)).toBeCloseTo(0, 12);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 10);
  });

  it('₂F₁ is that of its closed forms', () => {
    expect(hypergeometric(1, 1, 2, 0.5)).toBeCloseTo(2 * Math.log(2), 12);
    expect(hypergeometric(0.5, 3, 3, 0.75)).toBeCloseTo(2, 10);
  });

  it('the simplex finds the bottom of Rosenbrock’s valley', async () => {
    const valley = ([x = 0, y = 0]: readonly number[]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const { at, value } = await minimise(valley, [-1.2, 1]);
    expect(value).toBeLessThan(1e-9);
    expect(at[0]).toBeCloseTo(1, 4);
  });
});

describe('BG/NBD', () => {
  // The parameters and the example that the paper publishes (Marketing Science 24, 2005, section 4).
  const published = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

  it('expects of the paper’s client what the paper does', () => {
    const lived = { x: 2, tx: 30.43, T: 38.86 };
    expect(expectedVisits(published, lived, 39)).toBeCloseTo(1.226, 2);
    expect(aliveChance(published, lived)).toBeCloseTo(0.7266, 3);
    expect(aliveChance(published, { x: 0, tx: 0, T: 38.86 })).toBeNull();
  });

  it('has the likelihood that its integral has', () => {
    // Without a second visit: the chance that a gamma distributed rate gives none in T.
    const { r, alpha } = published;
    const none = logLikelihood(published, [{ x: 0, tx: 0, T: 10, clients: 3 }]);
    expect(none).toBeCloseTo(3 * r * Math.log(alpha / (alpha + 10)), 10);
  });

  it('finds again the parameters by which lives were made', async () => {
    const made = { r: 0.8, alpha: 6, a: 0.9, b: 3 };
    const { bgNbd: found } = { bgNbd: await fitBgNbd(livesBy(made, 6_000)) };
    // Within a few standard errors of so many clients.
    expect(found.r).toBeGreaterThan(0.7);
    expect(found.r).toBeLessThan(0.9);
    expect(found.alpha).toBeGreaterThan(5);
    expect(found.alpha).toBeLessThan(7);
    expect(found.a / (found.a + found.b)).toBeCloseTo(made.a / (made.a + made.b), 1);
  });
});

describe('Gamma-Gamma', () => {
  it('draws a client’s mean towards everybody’s, the less it came the more', () => {
    const model = { p: 6.25, q: 3.74, gamma: 15.44 };
    const everybody = (model.p * model.gamma) / (model.q - 1);
    const [once, often] = [1, 50].map((x) => expectedSpend(model, { x, mean: 100 }) as number) as [
      number,
      number,
    ];
    expect(everybody).toBeLessThan(once);
    expect(once).toBeLessThan(often);
    expect(often).toBeLessThan(100);
    expect(expectedSpend({ ...model, q: 0.9 }, { x: 0, mean: 0 })).toBeNull();
  });

  it('is the same model in whatever unit money is counted', async () => {
    const random = new Random(5, 1);
    const spent = Array.from({ length: 400 }, () => ({
      x: random.whole(1, 5),
      mean: random.whole(20, 80),
      clients: 1,
    }));
    const [euros, cents] = [
      await fitGammaGamma(spent),
      await fitGammaGamma(spent.map((one) => ({ ...one, mean: one.mean * 100 }))),
    ];
    expect(cents.p).toBeCloseTo(euros.p, 3);
    expect(cents.gamma / euros.gamma).toBeCloseTo(100, 2);
  });
});

/** Lives by the model: exponential times between visits at a gamma distributed rate, and a coin after each. */
function livesBy(
  { r, alpha, a, b }: { r: number; alpha: number; a: number; b: number },
  clients: number,
): Alike[] {
  return Array.from({ length: clients }, (_, number) => {
    const random = new Random(11, number);
    const T = 20 + random.uniform() * 30;
    const rate = random.gamma(r) / alpha;
    const leaves = random.beta(a, b);
    let [x, tx] = [0, 0];
    for (;;) {
      const next = tx - Math.log(1 - random.uniform()) / rate;
      if (next > T) return { x, tx, T, clients: 1 };
      [x, tx] = [x + 1, next];
      if (random.chance(leaves)) return { x, tx, T, clients: 1 };
    }
  });
}
