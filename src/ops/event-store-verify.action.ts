import { readBackup } from '../embedded/event-log/read-backup.js';
import { readEventLog } from '../embedded/event-log/read-event-log.js';
import { verifyLog } from '../embedded/event-store-node/log/log-check.js';
import type { LogRecord } from '../embedded/event-store-node/log/record.js';
import { formatUuid } from '../embedded/event-store-node/log/uuid.js';
import { ChainCheck, type ChainReport } from '../event-store/chain-check.js';
import { checkChains } from '../event-store/copy/check-chains.js';
import { withEventLog, type Surroundings } from './event-log.actions.js';
import { counted, progressLine } from './progress-line.js';

const SHOWN = 20;

/**
 * `eventstore verify`: every record of the embedded log by its checksum, or of a backup, and every hash chain; of a
 * server that EVENTSTORE_URL names, the hash chains.
 * @returns 0 when all is as it was written, else 1; throws what names the place where the log itself is damaged
 */
export async function verify(backup: string | undefined, surroundings: Surroundings): Promise<number> {
  const { config, signal, out } = surroundings;
  const line = progressLine(out);
  const onProgress = (count: number) => line.show(() => `${counted(count)} events checked`);
  const finish = (what: string, report: ChainReport): number => {
    out.write(`${what}\n${linesOf(report).join('\n')}\n`);
    return report.breaks.length > 0 ? 1 : 0;
  };
  if (backup !== undefined) {
    const { records, chains } = await checkRecords(readBackup(backup), signal, onProgress).finally(line.end);
    return finish(`Records in the backup: ${counted(records)}, each as it was written.`, chains);
  }
  if (config.eventStoreUrl)
    return finish(
      'The records themselves are checked by the server that EVENTSTORE_URL names.',
      await checkChains(config.eventStoreUrl, { signal, onProgress }).finally(line.end),
    );
  return withEventLog(surroundings, async ({ databaseUrl }) => {
    const { records } = await verifyLog(databaseUrl, onProgress).finally(line.end);
    const { chains } = await checkRecords(readEventLog(databaseUrl), signal, onProgress).finally(line.end);
    return finish(`Records in the log: ${counted(records)}, each as it was written.`, chains);
  });
}

async function checkRecords(
  pages: AsyncIterable<LogRecord[]>,
  signal: AbortSignal,
  onProgress: (records: number) => void,
): Promise<{ records: number; chains: ChainReport }> {
  const check = new ChainCheck();
  let records = 0;
  for await (const page of pages) {
    signal.throwIfAborted();
    for (const { stream, revision, id, type, data, metadata } of page) {
      // Tombstones have no revision of their own, and the store's own streams no chain.
      if (stream.startsWith('$') || revision > Number.MAX_SAFE_INTEGER) continue;
      check.take({ stream, revision, id: formatUuid(id), type, data, metadata });
    }
    onProgress((records += page.length));
  }
  return { records, chains: check.report() };
}

function linesOf({ streams, events, unchained, breaks }: ChainReport): string[] {
  const more = (list: readonly unknown[]) =>
    list.length > SHOWN ? [`… and ${counted(list.length - SHOWN)} more`] : [];
  return [
    `Hash chains: ${counted(events)} events, streams: ${counted(streams)}.`,
    ...(unchained.length > 0
      ? [
          `Streams without a chain, as Tenure did not write them: ${counted(unchained.length)}`,
          ...unchained.slice(0, SHOWN).map((stream) => `  ${stream}`),
          ...more(unchained),
        ]
      : []),
    ...(breaks.length > 0
      ? [
          `BROKEN streams: ${counted(breaks.length)}`,
          ...breaks
            .slice(0, SHOWN)
            .map(({ stream, revision, reason }) => `  ${stream}@${revision}: ${reason}`),
          ...more(breaks),
        ]
      : ['All of them hold.']),
  ];
}
