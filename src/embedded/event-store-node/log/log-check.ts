import { pagesOfAll } from './all-reader.js';
import { DamagedLogError, LogReader } from './log-reader.js';
import type { LogRecord } from './record.js';

/** What a start looks at: the end of the log, where a crash would show, and places spread over all of it. */
const TAIL_RECORDS = 2_000;
const PROBES = 32;
const PROBE_RECORDS = 10;
/** A start waits so long for the records to be counted; a log too large for that is left to verifyLog. */
const COUNT_PATIENCE_MS = 300;

/**
 * Looks at as much of the log as a start has time for. `head`: position of its last record, 0 for an empty one. Throws
 * DamagedLogError that names the place.
 */
export async function probeLog(reader: LogReader, head: number): Promise<void> {
  await walk(pagesOfAll(reader, head, head, 'backwards', TAIL_RECORDS));
  const step = Math.ceil(head / PROBES);
  for (let position = 1; position <= head; position += step) {
    await walk(pagesOfAll(reader, position, head, 'forwards', PROBE_RECORDS));
  }
  const count = await reader.count(COUNT_PATIENCE_MS);
  if (count !== undefined && count !== head) await findGap(reader, head);
}

/** Walks the log to the first record that is missing. */
async function findGap(reader: LogReader, head: number): Promise<never> {
  await walk(pagesOfAll(reader, 1, head, 'forwards'));
  throw new DamagedLogError(`the log has other records than positions 1 to ${head}`);
}

/**
 * Verifies a whole log, running or not: every record's checksum, positions and revisions without a gap. Answers how many
 * records it has; throws DamagedLogError that names the first place where it is not what was written.
 * `onProgress` gets the position reached now and then.
 */
export async function verifyLog(
  databaseUrl: string,
  onProgress: (position: number) => void = () => undefined,
): Promise<{ records: number }> {
  const reader = new LogReader(databaseUrl);
  try {
    const head = await reader.head();
    await walk(pagesOfAll(reader, 1, head, 'forwards'), onProgress);
    const torn = await reader.streamWithGap();
    if (torn !== undefined) throw new DamagedLogError(`stream ${torn} has a gap in its revisions`);
    return { records: head };
  } finally {
    await reader.close();
  }
}

/** Reading is checking: every page is verified as it comes. */
async function walk(
  pages: AsyncIterable<LogRecord[]>,
  onProgress?: (position: number) => void,
): Promise<void> {
  for await (const page of pages) onProgress?.(page.at(-1)?.position ?? 0);
}
