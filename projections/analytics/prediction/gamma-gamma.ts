import { logGamma } from './log-gamma.js';
import { minimise } from './minimise.js';

/**
 * Gamma-Gamma: what a client spends a visit, from the mean of what it spent. Fader, Hardie, The Gamma-Gamma Model of Monetary
 * Value (2013), note 25 at brucehardie.com. It supposes that who comes more often spends neither more nor less a visit.
 */
export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  readonly gamma: number;
}

/** Clients with as many visits after the first, and as much on average at each of them. */
export interface Spent {
  readonly x: number;
  readonly mean: number;
  readonly clients: number;
}

/** @param spent clients with x > 0 and mean > 0. @returns the model by maximum likelihood, with its log-likelihood */
export async function fitGammaGamma(
  spent: readonly Spent[],
  signal?: AbortSignal,
): Promise<GammaGamma & { logLikelihood: number }> {
  const clients = spent.reduce((sum, one) => sum + one.clients, 0);
  // In units of the mean, so that the search begins near wherever the currency puts it.
  const scale = spent.reduce((sum, one) => sum + one.mean * one.clients, 0) / clients;
  const scaled = spent.map((one) => ({ ...one, mean: one.mean / scale }));
  const modelAt = ([p, q, gamma]: readonly number[]): GammaGamma => ({
    ...{ p: Math.exp(p as number), q: Math.exp(q as number), gamma: Math.exp(gamma as number) },
  });
  const { at, value } = await minimise(
    (point) => -likelihood(modelAt(point), scaled) / clients,
    [1, 1, 0],
    signal,
  );
  const { p, q, gamma } = modelAt(at);
  const repeat = spent.reduce((sum, one) => sum + one.clients, 0);
  return { p, q, gamma: gamma * scale, logLikelihood: -value * clients - repeat * Math.log(scale) };
}

function likelihood({ p, q, gamma }: GammaGamma, spent: readonly Spent[]): number {
  const common = q * Math.log(gamma) - logGamma(q);
  return spent.reduce((sum, { x, mean, clients }) => {
    const px = p * x;
    const one =
      common +
      logGamma(px + q) -
      logGamma(px) +
      (px - 1) * Math.log(mean) +
      px * Math.log(x) -
      (px + q) * Math.log(gamma + mean * x);
    return sum + clients * one;
  }, 0);
}

/** @returns what a client is expected to spend a visit; null where the model has no mean (q ≤ 1) and the client no second visit */
export function expectedSpend(
  { p, q, gamma }: GammaGamma,
  { x, mean }: Omit<Spent, 'clients'>,
): number | null {
  const below = p * x + q - 1;
  return below > 0 ? (p * (gamma + x * mean)) / below : null;
}
