import { DamagedLogError, type Direction, type LogReader, type Page } from './log-reader.js';
import type { LogRecord } from './record.js';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/**
 * The whole log page by page, the next page read while one is used. Forwards from `from` to `head`, backwards from the
 * lesser of both to the first record; all inclusive; `limit` records at most.
 */
export async function* pagesOfAll(
  reader: LogReader,
  from: number,
  head: number,
  direction: Direction,
  limit = NO_LIMIT,
): AsyncGenerator<LogRecord[]> {
  const forwards = direction === 'forwards';
  const end = forwards ? head : 1;
  let next = forwards ? Math.max(from, 1) : Math.min(from, head);
  const isPast = (position: number) => (forwards ? position > end : position < end);
  if (isPast(next) || limit <= 0) return;
  let coming: Promise<Page> = reader.all(next, direction, limit);
  for (;;) {
    const { records, nextLimit } = await coming;
    const last = records.at(-1);
    if (!last) throw new DamagedLogError(`the log has no record at position ${next}`);
    next = last.position + (forwards ? 1 : -1);
    limit -= records.length;
    const done = isPast(next) || limit <= 0;
    if (!done) {
      coming = reader.all(next, direction, Math.min(limit, nextLimit));
      // Whoever stops reading leaves it behind.
      coming.catch(() => undefined);
    }
    yield records;
    if (done) return;
  }
}
