import type { Instant } from '../../../src/schema/instant.js';

/**
 * How the clients stood at an instant: for each measure the four bounds of the scores 2 to 5. A client has at least the
 * score k if what it has exceeds the bound of k, the ceil((k - 1) N / 5)th value from below: then just as many are
 * strictly worse as score = 1 + floor(5 × strictly worse / N) asks for (definitions §7), and equal clients score equally.
 */
export interface RfmCuts {
  /** from when on they are in force */
  readonly at: Instant;
  /** of the event that recorded them */
  readonly eventId: string;
  /** how many clients there were with at least one service: N */
  readonly clients: number;
  /** the first instant after the day of the visit that is the bound: a visit at it or later exceeds the bound */
  readonly recency: readonly Instant[];
  readonly frequency: readonly number[];
  /** minor units by currency, over all clients: who spent nothing in it has 0 */
  readonly monetary: Readonly<Record<string, readonly number[]>>;
}

/** @returns the score from 1 to 5, given how many of the four bounds are exceeded */
const scored = <V>(bounds: readonly V[], exceeds: (bound: V) => boolean): number =>
  1 + bounds.filter(exceeds).length;

export const recencyScore = ({ recency }: RfmCuts, lastVisit: Instant): number =>
  scored(recency, (bound) => lastVisit >= bound);

export const frequencyScore = ({ frequency }: RfmCuts, visits: number): number =>
  scored(frequency, (bound) => visits > bound);

/** @returns null in a currency in which nobody had spent anything when the cuts were taken */
export function monetaryScore({ monetary }: RfmCuts, currency: string, amountMinor: number): number | null {
  const bounds = Object.hasOwn(monetary, currency) ? monetary[currency] : undefined;
  return bounds ? scored(bounds, (bound) => amountMinor > bound) : null;
}

/** @returns the segment of the scheme of definitions §7 */
export function rfmSegment(r: number, f: number, m: number): string {
  const fm = Math.floor((f + m + 1) / 2);
  if (r >= 4 && fm >= 4) return 'champions';
  if (r === 3 && fm >= 4) return 'loyal';
  if (r <= 2 && fm >= 4) return 'at_risk';
  if (r >= 4 && fm >= 2) return 'potential_loyal';
  if (r >= 4) return 'new_or_promising';
  if (r === 3) return 'needs_attention';
  if (r === 2) return 'about_to_sleep';
  return fm >= 2 ? 'hibernating' : 'lost';
}
