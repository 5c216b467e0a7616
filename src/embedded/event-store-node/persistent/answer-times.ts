const KEPT = 1_000;
/** EventStoreDB's names, each with the share of the answers that were no slower. */
const QUANTILES: readonly (readonly [string, number])[] = [
  ['Median', 0.5],
  ['Fastest', 0],
  ['Quintile 1', 0.2],
  ['Quintile 2', 0.4],
  ['Quintile 3', 0.6],
  ['Quintile 4', 0.8],
  ['Quintile 5', 1],
  ['90%', 0.9],
  ['95%', 0.95],
  ['99%', 0.99],
  ['99.5%', 0.995],
  ['99.9%', 0.999],
  ['Highest', 1],
];

/** How long a consumer took for its last answers: what a group with extra statistics tells of it. */
export class AnswerTimes {
  readonly #kept: number[] = [];
  #next = 0;

  note(milliseconds: number): void {
    this.#kept[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** Whole milliseconds by name; empty before the first answer. */
  summary(): [string, number][] {
    const sorted = this.#kept.toSorted((a, b) => a - b);
    if (sorted.length === 0) return [];
    const mean = Math.round(sorted.reduce((sum, time) => sum + time, 0) / sorted.length);
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return [['Mean', mean], ...QUANTILES.map(([name, share]): [string, number] => [name, at(share)])];
  }
}
