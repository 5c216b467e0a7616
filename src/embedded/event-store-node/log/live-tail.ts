import type { LogRecord } from './record.js';
import type { StreamRulesCache } from './stream-rules.js';

const KEPT_BYTES = 16 * 1024 * 1024;
/** So many records at most are handed out at once. */
const BATCH = 500;

/**
 * The records committed last, in memory, for whoever follows the log live. Bounded: a follower that is further behind
 * than what is kept reads the log itself, so nobody's slowness costs memory.
 */
export class LiveTail {
  #records: LogRecord[] = [];
  /** Index of the oldest record kept; those before it are let go in bulk. */
  #start = 0;
  #bytes = 0;
  #head = 0;
  readonly #followers = new Set<() => void>();

  /** `rules` learns of every commit before anyone who follows. */
  constructor(readonly rules: StreamRulesCache) {}

  /** Position of the last committed record, 0 when the log is empty. */
  get head(): number {
    return this.#head;
  }

  /** Takes what was just committed (positions follow the head without a gap) and wakes every follower. */
  publish(records: readonly LogRecord[]): void {
    this.rules.observe(records);
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += record.tuple.length;
    }
    this.#head = records.at(-1)?.position ?? this.#head;
    while (this.#bytes > KEPT_BYTES) this.#bytes -= this.#records[this.#start++]?.tuple.length ?? 0;
    if (this.#start > 10_000) {
      this.#records = this.#records.slice(this.#start);
      this.#start = 0;
    }
    this.#wake();
  }

  /** Forgets what is kept: the log's head was read anew, after a commit of unknown outcome. */
  reset(head: number): void {
    this.rules.clear();
    this.#records = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#head = head;
    this.#wake();
  }

  /** The next records behind `position`, empty when there are none; undefined when they are no longer in memory. */
  after(position: number): LogRecord[] | undefined {
    if (position >= this.#head) return [];
    const oldest = this.#head - (this.#records.length - this.#start) + 1;
    if (position + 1 < oldest) return undefined;
    const from = this.#start + position + 1 - oldest;
    return this.#records.slice(from, from + BATCH);
  }

  /** Calls `wake` after each commit until the function returned is called. */
  follow(wake: () => void): () => void {
    this.#followers.add(wake);
    return () => this.#followers.delete(wake);
  }

  #wake(): void {
    for (const wake of this.#followers) wake();
  }
}
