import { setImmediate } from 'node:timers/promises';

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
}

/** How long, in ms, it keeps the thread before others get a turn. */
const SLICE = 20;
const MOST_STEPS = 2_000;

/**
 * The minimum of a function of a few numbers without its derivatives: the downhill simplex of Nelder and Mead (The Computer
 * Journal 7, 1965), begun anew at the minimum it found until that does not get better.
 * @param start where to begin
 * @throws the signal's reason
 */
export async function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  signal?: AbortSignal,
): Promise<Minimum> {
  let best = await descend(f, start, signal);
  for (;;) {
    const again = await descend(f, best.at, signal);
    if (best.value - again.value < 1e-10 * Math.abs(best.value) + 1e-12) return again;
    best = again;
  }
}

async function descend(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  signal?: AbortSignal,
): Promise<Minimum> {
  const point = (at: readonly number[]): Minimum => {
    const value = f(at);
    return { at, value: Number.isNaN(value) ? Infinity : value };
  };
  let simplex = [point(start), ...start.map((_, i) => point(start.map((x, j) => (i === j ? x + 0.5 : x))))];
  let since = performance.now();
  for (let step = 0; step < MOST_STEPS; step++) {
    simplex = simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0] as Minimum, simplex.at(-1) as Minimum];
    if (worst.value - best.value < 1e-12 * (1 + Math.abs(best.value))) break;
    const rest = simplex.slice(0, -1);
    const centre = start.map(
      (_, i) => rest.reduce((sum, { at }) => sum + (at[i] as number), 0) / rest.length,
    );
    const along = (by: number) => point(centre.map((c, i) => c + by * ((worst.at[i] as number) - c)));
    const reflected = along(-1);
    const second = rest.at(-1) as Minimum;
    let next: Minimum | undefined;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < second.value) next = reflected;
    else {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(reflected.value, worst.value)) next = contracted;
    }
    simplex = next
      ? [...rest, next]
      : [
          best,
          ...simplex.slice(1).map(({ at }) => point(at.map((x, i) => ((best.at[i] as number) + x) / 2))),
        ];
    if (performance.now() - since > SLICE) {
      await setImmediate();
      signal?.throwIfAborted();
      since = performance.now();
    }
  }
  return simplex.reduce((least, one) => (one.value < least.value ? one : least));
}
