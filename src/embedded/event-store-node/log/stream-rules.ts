import { LRUCache } from 'lru-cache';
import type { LogReader } from './log-reader.js';
import type { LogRecord } from './record.js';
import { describedBy, metastreamOf, visibilityIn, type Visibility } from './stream-metadata.js';
import { MAX_INT64 } from './int64.js';

const CACHED = 100_000;

/** What decides how a stream may be read. */
export interface StreamRules {
  tombstoned: boolean;
  visibility: Visibility;
}

/** The rules of each stream, read from the log once and kept until its metadata changes. */
export class StreamRulesCache {
  readonly #rules = new LRUCache<string, StreamRules>({ max: CACHED });
  /** Counts changes of any stream's rules: what was read before one of them is not kept. */
  #changes = 0;

  constructor(readonly reader: LogReader) {}

  /** The rules if they are known without asking the log. */
  known(stream: string): StreamRules | undefined {
    return this.#rules.get(stream);
  }

  async load(stream: string): Promise<StreamRules> {
    const changes = this.#changes;
    const original = describedBy(stream);
    // A metadata stream shows its last event, and ends with the stream that it describes.
    const { tombstoned, metadata } = await this.reader.rulesOf(original ?? stream, metastreamOf(stream));
    const visibility = original !== undefined ? { maxCount: 1 } : metadata ? visibilityIn(metadata) : {};
    const rules = { tombstoned, visibility };
    if (changes === this.#changes) this.#rules.set(stream, rules);
    return rules;
  }

  /** Takes note of what was just committed. */
  observe(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (record.revision === MAX_INT64) this.#drop(record.stream);
      const stream = describedBy(record.stream);
      if (stream !== undefined) this.#drop(stream);
    }
  }

  clear(): void {
    this.#changes++;
    this.#rules.clear();
  }

  #drop(stream: string): void {
    this.#changes++;
    this.#rules.delete(stream);
    this.#rules.delete(metastreamOf(stream));
  }
}
