import { openRuntime } from '../embedded/embedded-runtime.js';
import type { Comparison } from '../event-store/copy/compare-event-stores.js';
import { copyEventStore, type CopyProgress, type CopyReport } from '../event-store/copy/copy-event-store.js';
import { insistOnLog, type Surroundings } from './event-log.actions.js';
import { counted, progressLine } from './progress-line.js';

export interface CopyArguments {
  readonly to: string;
  /** the embedded event store unless given */
  readonly from?: string;
  readonly inFlight?: number;
}

const SHOWN_DIFFERENCES = 20;
const PHASES = { resuming: 'found there already', copying: 'copied', comparing: 'compared' };

/** `eventstore copy`. @returns 0 when source and target are the same afterwards, else 1 */
export async function copy(
  { from, to, inFlight }: CopyArguments,
  surroundings: Surroundings,
): Promise<number> {
  const { config, dataDir, signal, out } = surroundings;
  if (!from) await insistOnLog(dataDir);
  const own = from
    ? undefined
    : await openRuntime({ dataDir, databaseUrl: config.databaseUrl, attach: true, log: () => undefined });
  const line = progressLine(out);
  const onProgress = ({ phase, events, position, end }: CopyProgress) =>
    line.show(
      () => `${counted(events)} events ${PHASES[phase]}, ${end > 0n ? (100n * position) / end : 100n} %`,
    );
  try {
    const source = from ?? own?.eventStoreUrl ?? '';
    const report = await copyEventStore({ from: plain(source), to: plain(to), inFlight, signal, onProgress });
    line.end();
    out.write(`${summaryOf(report).join('\n')}\n`);
    return report.comparison.equal ? 0 : 1;
  } catch (error) {
    line.end();
    if (signal.aborted)
      out.write('What is copied stays. Run the same command again: it goes on from there.\n');
    throw error;
  } finally {
    await own?.close();
  }
}

/** KurrentDB is EventStoreDB's later name; the client library knows only the former. */
const plain = (url: string): string => url.replace(/^kurrentdb/, 'esdb');

function summaryOf({ found, copied, comparison }: CopyReport): string[] {
  return [`There already: ${counted(found)}. Copied now: ${counted(copied)}.`, ...comparisonOf(comparison)];
}

function comparisonOf({ equal, source, target, differences, otherStreams }: Comparison): string[] {
  const side = ({ events, streams, sha256 }: Comparison['source']) =>
    `events: ${counted(events)}, streams: ${counted(streams)}, SHA-256 ${sha256}`;
  const others = otherStreams === 1 ? 'one stream' : `${counted(otherStreams)} streams`;
  return [
    `Source  ${side(source)}`,
    `Target  ${side(target)}`,
    ...(otherStreams > 0 ? [`The target has ${others} besides, which the source does not have.`] : []),
    ...differences
      .slice(0, SHOWN_DIFFERENCES)
      .map(
        (one) => `Differs: ${one.stream}, ${one.source.events} events here and ${one.target.events} there`,
      ),
    ...(differences.length > SHOWN_DIFFERENCES
      ? [`… and ${differences.length - SHOWN_DIFFERENCES} more`]
      : []),
    equal
      ? 'They are the same, event for event and in order. What the source takes from now on is not in it: run this again.'
      : 'They are NOT the same.',
  ];
}
