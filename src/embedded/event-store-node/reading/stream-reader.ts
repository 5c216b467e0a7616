import { streamDeleted } from '../wire/grpc-error.js';
import { MAX_INT64 } from '../log/int64.js';
import type { Direction, LogReader, Page } from '../log/log-reader.js';
import type { LogRecord } from '../log/record.js';
import type { Visibility } from '../log/stream-metadata.js';
import type { StreamRulesCache } from '../log/stream-rules.js';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Thrown when a stream has no events, or none any more. */
export class StreamNotFound extends Error {
  constructor(readonly stream: string) {
    super(`Event stream '${stream}' was not found.`);
  }
}

/** Reads streams as their metadata lets them be seen. */
export class StreamReader {
  constructor(
    readonly reader: LogReader,
    readonly rules: StreamRulesCache,
    readonly now: () => Date,
  ) {}

  /**
   * The visible events from `from` (inclusive; MAX_INT64 = the last) page by page, `limit` of
   * them at most. Throws StreamNotFound, and a stream-deleted error for a tombstoned stream.
   */
  async *pages(
    stream: string,
    from: number,
    direction: Direction,
    limit = NO_LIMIT,
  ): AsyncGenerator<LogRecord[]> {
    const known = this.rules.known(stream);
    const read = (revision: number, count: number) => this.reader.stream(stream, revision, direction, count);
    const [rules, first] = await Promise.all([known ?? this.rules.load(stream), read(from, limit)]);
    if (rules.tombstoned) throw streamDeleted(stream);
    const floor = await this.#floor(stream, rules.visibility);
    if (floor >= MAX_INT64) throw new StreamNotFound(stream);
    if (first.records.length === 0 && !(await this.reader.lastOf(stream))) throw new StreamNotFound(stream);
    let page = direction === 'forwards' && from < floor ? await read(floor, limit) : first;
    const since = this.#oldestMicros(rules.visibility);
    for (;;) {
      const last = page.records.at(-1);
      if (!last) return;
      const next = last.revision + (direction === 'forwards' ? 1 : -1);
      const visible = page.records.filter(
        (record) => record.revision >= floor && record.createdMicros >= since,
      );
      limit -= visible.length;
      const done = page.ended || next < floor || limit <= 0;
      const coming: Promise<Page> | undefined = done
        ? undefined
        : read(next, Math.min(limit, page.nextLimit));
      coming?.catch(() => undefined);
      yield visible;
      if (!coming) return;
      page = await coming;
    }
  }

  /** One event if it is there and visible. */
  async event(stream: string, revision: number): Promise<LogRecord | undefined> {
    try {
      for await (const [record] of this.pages(stream, revision, 'forwards', 1)) {
        return record?.revision === revision ? record : undefined;
      }
    } catch {
      // A stream that is gone has no events to show.
    }
    return undefined;
  }

  /** The revision of the last event, −1 without any. */
  async lastRevision(stream: string): Promise<number> {
    return (await this.reader.lastOf(stream))?.revision ?? -1;
  }

  async #floor(stream: string, { maxCount, truncateBefore = 0 }: Visibility): Promise<number> {
    if (maxCount === undefined) return truncateBefore;
    return Math.max(truncateBefore, (await this.lastRevision(stream)) - maxCount + 1);
  }

  #oldestMicros({ maxAgeSeconds }: Visibility): number {
    return maxAgeSeconds === undefined ? -Infinity : (this.now().getTime() - maxAgeSeconds * 1000) * 1000;
  }
}
