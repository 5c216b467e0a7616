/** One line of the table: ours against what it is held to, in the same run. */
export interface Row {
  readonly what: string;
  /** in words, with figures */
  readonly goal: string;
  readonly ours: string;
  readonly baseline: string;
  readonly met: boolean;
  /** how many events, clients or calls it was measured on */
  readonly size: string;
}

/** @returns seconds that some work took */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

/** @returns the value below which the share `p` of all lies; of none, NaN */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Works off all items, so many at a time. */
export async function inFlight<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Two ways to do the same, in turns, so that what else the machine does falls on both. @returns the median rate of each */
export async function inTurns(
  rounds: number,
  ours: (round: number) => Promise<number>,
  baseline: (round: number) => Promise<number>,
): Promise<{ ours: number; baseline: number; ratio: number }> {
  const rates = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    rates.baseline.push(await baseline(round));
    rates.ours.push(await ours(round));
  }
  const figures = { ours: median(rates.ours), baseline: median(rates.baseline) };
  return { ...figures, ratio: figures.ours / figures.baseline };
}

export const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`;
export const ms = (value: number): string => `${value.toFixed(1)} ms`;

/** A row that holds one rate against another. */
export function ratioRow(
  what: string,
  least: number,
  size: string,
  { ours, baseline, ratio }: { ours: number; baseline: number; ratio: number },
  baselineIs: string,
): Row {
  return {
    ...{ what, size, goal: `≥ ${least} ×`, met: ratio >= least },
    ...{
      ours: `${perSecond(ours)}, ${ratio.toFixed(2)} ×`,
      baseline: `${perSecond(baseline)} ${baselineIs}`,
    },
  };
}
