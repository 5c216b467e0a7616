import { logGamma } from './log-gamma.js';
import { minimise } from './minimise.js';

/**
 * BG/NBD: how often clients come, and whether they still do, from how often and how lately they came. Fader, Hardie, Lee,
 * "Counting Your Customers" the Easy Way, Marketing Science 24 (2005); notes 4 and 21 at brucehardie.com. All times are in one
 * unit, here weeks.
 */
export interface BgNbd {
  /** visiting rates are gamma distributed with shape r and rate alpha */
  readonly r: number;
  readonly alpha: number;
  /** the chance to leave after a visit is beta distributed */
  readonly a: number;
  readonly b: number;
}

/** What the model knows of a client. */
export interface Lived {
  /** visits after the first */
  readonly x: number;
  /** from the first visit to the last; 0 without a second */
  readonly tx: number;
  /** from the first visit to the end of what was observed */
  readonly T: number;
}

/** Clients with the same history. */
export interface Alike extends Lived {
  readonly clients: number;
}

/** Terms that depend on x alone, so that they are worked out once for all clients with the same. */
function byVisits({ r, alpha, a, b }: BgNbd, most: number): number[] {
  const common = r * Math.log(alpha) - logGamma(r) + logGamma(a + b) - logGamma(b);
  return Array.from(
    { length: most + 1 },
    (_, x) => common + logGamma(r + x) + logGamma(b + x) - logGamma(a + b + x),
  );
}

/** @returns the sum over clients of the log of how likely their history is; equation 6 of the paper */
export function logLikelihood(model: BgNbd, histories: readonly Alike[]): number {
  const { r, alpha, a, b } = model;
  const terms = byVisits(
    model,
    histories.reduce((most, { x }) => Math.max(most, x), 0),
  );
  let sum = 0;
  for (const { x, tx, T, clients } of histories) {
    const stayed = -(r + x) * Math.log(alpha + T);
    let last = stayed;
    if (x > 0) {
      const left = Math.log(a / (b + x - 1)) - (r + x) * Math.log(alpha + tx);
      const most = Math.max(stayed, left);
      last = most + Math.log(Math.exp(stayed - most) + Math.exp(left - most));
    }
    sum += clients * ((terms[x] as number) + last);
  }
  return sum;
}

/** Fits the model by maximum likelihood, over the logs of its parameters. @returns it, with its log-likelihood */
export async function fitBgNbd(
  histories: readonly Alike[],
  signal?: AbortSignal,
): Promise<BgNbd & { logLikelihood: number }> {
  const clients = histories.reduce((sum, one) => sum + one.clients, 0);
  const modelAt = ([r, alpha, a, b]: readonly number[]): BgNbd => ({
    ...{ r: Math.exp(r as number), alpha: Math.exp(alpha as number) },
    ...{ a: Math.exp(a as number), b: Math.exp(b as number) },
  });
  const { at, value } = await minimise(
    (point) => -logLikelihood(modelAt(point), histories) / clients,
    [0, 1, 0, 1],
    signal,
  );
  return { ...modelAt(at), logLikelihood: -value * clients };
}

/** @returns the chance that a client still comes; null without a second visit, where the model says 1 whatever the age */
export function aliveChance({ r, alpha, a, b }: BgNbd, { x, tx, T }: Lived): number | null {
  if (x === 0) return null;
  return 1 / (1 + (a / (b + x - 1)) * ((alpha + T) / (alpha + tx)) ** (r + x));
}

/** @returns how many visits are expected of a client in the time t after what was observed; equation 10 of the paper */
export function expectedVisits(model: BgNbd, lived: Lived, t: number): number {
  const { r, alpha, a, b } = model;
  const { x, T } = lived;
  const z = t / (alpha + T + t);
  const still = hypergeometric(r + x, b + x, a + b + x - 1, z);
  const share = ((alpha + T) / (alpha + T + t)) ** (r + x);
  return ((a + b + x - 1) / (a - 1)) * (1 - share * still) * (aliveChance(model, lived) ?? 1);
}

/** ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its series. */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  let [term, sum] = [1, 1];
  for (let n = 0; n < 100_000 && Math.abs(term) > 1e-14 * Math.abs(sum); n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
  }
  return sum;
}
