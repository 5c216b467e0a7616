import type { Instant } from '../../schema/instant.js';

const DAY_MS = 86_400_000;
/** Fewer than two gaps are no habit. */
const FEWEST_GAPS = 2;
/** Habits change: the last two years of a monthly client say more than the ten before. It also bounds the work. */
const MOST_GAPS = 24;

interface Visited {
  readonly at: Instant;
}

/**
 * How far apart a client's services usually are: its last 24 gaps of a day or more (a second job on the same day is no
 * repeat), up to the service at an index.
 * @param services by business time
 * @param index of the last service that counts; the last of all unless given
 * @returns days of 86,400 s, ascending; none where there are fewer than two gaps
 */
function lastGapsDays(services: readonly Visited[], index = services.length - 1): number[] {
  const gaps: number[] = [];
  for (let later = index; later > 0 && gaps.length < MOST_GAPS; later--) {
    const [from, to] = [services[later - 1] as Visited, services[later] as Visited];
    const gap = (Date.parse(to.at) - Date.parse(from.at)) / DAY_MS;
    if (gap >= 1) gaps.push(gap);
  }
  return gaps.length < FEWEST_GAPS ? [] : gaps.sort((a, b) => a - b);
}

/** @returns the median of the gaps; undefined where there is no habit to speak of */
export const usualGapDays = (services: readonly Visited[], index?: number): number | undefined =>
  quantile(lastGapsDays(services, index), 0.5);

/** @returns the same of all services, and what four of five gaps are at most: who is away for longer is away unusually long */
export function gapsDays(services: readonly Visited[]): Record<'usual' | 'unusual', number | undefined> {
  const gaps = lastGapsDays(services);
  return { usual: quantile(gaps, 0.5), unusual: quantile(gaps, 0.8) };
}

/**
 * @param sorted ascending
 * @param share from 0 to 1
 * @returns the value below which that share lies, linear between two neighbours (as PostgreSQL's `percentile_cont`);
 *   undefined of nothing
 */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  const place = share * (sorted.length - 1);
  const lower = sorted[Math.floor(place)];
  const upper = sorted[Math.ceil(place)];
  return lower === undefined || upper === undefined ? undefined : lower + (upper - lower) * (place % 1);
}
