import { pagesOfAll } from '../event-store-node/log/all-reader.js';
import { LogReader } from '../event-store-node/log/log-reader.js';
import type { LogRecord } from '../event-store-node/log/record.js';

/**
 * The log from its first record to the one that is last when the reading begins, in pages, running or not. Records are
 * never changed and positions have no gaps, so these are a consistent picture of the log at that moment.
 * @throws DamagedLogError that names the first place which is not what was written
 */
export async function* readEventLog(databaseUrl: string): AsyncGenerator<LogRecord[], void> {
  const reader = new LogReader(databaseUrl);
  try {
    yield* pagesOfAll(reader, 1, await reader.head(), 'forwards');
  } finally {
    await reader.close();
  }
}
