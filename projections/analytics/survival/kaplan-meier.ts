/** How many were watched for so long, and until what: the event, or the end of watching. */
export interface Watched {
  /** whole units of time, from 0 */
  readonly duration: number;
  readonly events: number;
  readonly censored: number;
}

/** The curve right after a duration at which somebody had the event or was watched no longer. */
export interface CurvePoint {
  readonly duration: number;
  /** watched, and without the event, just before it */
  readonly atRisk: number;
  readonly events: number;
  readonly censored: number;
  /** share without the event up to and including it */
  readonly survival: number;
  /** Greenwood's sum; the variance of `survival` is this times its square */
  readonly greenwood: number;
  readonly standardError: number;
  /** 95 % confidence interval; null where `survival` is 0, for which there is none */
  readonly low: number | null;
  readonly high: number | null;
}

/** Of the normal distribution, for 95 %. */
const Z = 1.959963984540054;

/**
 * The product-limit estimate of how long things last, from things some of which have not ended yet: S(t) is the product over
 * event times u ≤ t of 1 − d(u)/n(u). At ties events come before the ends of watching. Kaplan and Meier 1958, JASA 53; the
 * variance is Greenwood's (1926), S² Σ d/(n(n − d)); the interval is that of log(−log S), which stays within 0 and 1
 * (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data).
 * @param watched in any order; durations that are the same are added up
 * @returns in order of duration
 */
export function kaplanMeier(watched: readonly Watched[]): CurvePoint[] {
  const byDuration = new Map<number, { events: number; censored: number }>();
  let atRisk = 0;
  for (const { duration, events, censored } of watched) {
    const sum = byDuration.get(duration) ?? { events: 0, censored: 0 };
    byDuration.set(duration, { events: sum.events + events, censored: sum.censored + censored });
    atRisk += events + censored;
  }
  let [survival, greenwood] = [1, 0];
  return [...byDuration]
    .sort(([a], [b]) => a - b)
    .map(([duration, { events, censored }]) => {
      const before = atRisk;
      atRisk -= events + censored;
      if (events > 0) {
        survival *= 1 - events / before;
        greenwood += events === before ? 0 : events / (before * (before - events));
      }
      const standardError = survival * Math.sqrt(greenwood);
      const [low, high] = interval(survival, greenwood);
      return { duration, atRisk: before, events, censored, survival, greenwood, standardError, low, high };
    });
}

/** @returns the first duration at which no more than half are without the event; null where that was not reached */
export const medianOf = (curve: readonly CurvePoint[]): number | null =>
  curve.find(({ survival }) => survival <= 0.5)?.duration ?? null;

function interval(survival: number, greenwood: number): [low: number | null, high: number | null] {
  if (survival === 1) return [1, 1];
  if (survival === 0) return [null, null];
  const width = (Z * Math.sqrt(greenwood)) / Math.abs(Math.log(survival));
  return [survival ** Math.exp(width), survival ** Math.exp(-width)];
}
