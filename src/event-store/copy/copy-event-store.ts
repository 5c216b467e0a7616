import { compareStores, type Comparison } from './compare-event-stores.js';
import { copiedEvents } from './copied-events.js';
import { EventCursor } from './event-cursor.js';
import { RawStore } from './raw-store.js';
import { findResumePoint } from './resume-point.js';
import { StreamPlaces } from './stream-places.js';
import { TargetWriter } from './target-writer.js';

export interface CopyOptions {
  /** connection string of the store to copy */
  readonly from: string;
  /** connection string of the store to copy into, with the rights of an administrator where it asks for credentials */
  readonly to: string;
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Stops between two appends; the copy goes on from there when it is run again. */
  readonly signal?: AbortSignal;
  /** Appends under way at once, 512 unless given; 1 = the next is sent when the one before is durable. */
  readonly inFlight?: number;
}

export interface CopyProgress {
  /** finding what is there already, copying the rest, comparing source and target */
  readonly phase: 'resuming' | 'copying' | 'comparing';
  /** of this phase, so far */
  readonly events: number;
  /** position reached in the source, and the last one of this copy */
  readonly position: bigint;
  readonly end: bigint;
}

export interface CopyReport {
  /** events that were there already, and events written now */
  readonly found: number;
  readonly copied: number;
  readonly comparison: Comparison;
}

const IN_FLIGHT = 512;

/**
 * Copies a store into another: every stream that does not begin with `$`, with the metadata and the tombstones of these,
 * as it is when the copy begins; each event with its id, type, content type, data and metadata byte for byte, at its
 * revision, in the order of `$all`. Running it again goes on where it stopped, whatever stopped it.
 * @returns what was done, and how source and target compare afterwards
 * @throws TargetDiverged, SourceIncomplete, AppendRefused, OrderLost (all name the stream), EventStoreUnavailable,
 * the signal's reason
 */
export async function copyEventStore(options: CopyOptions): Promise<CopyReport> {
  const { signal, inFlight = IN_FLIGHT, onProgress = () => undefined } = options;
  const source = new RawStore(options.from);
  const target = new RawStore(options.to);
  try {
    const end = (await source.last())?.position ?? -1n;
    const places = new StreamPlaces();
    const cursor = await EventCursor.over(copiedEvents(source, end));
    const report = (phase: CopyProgress['phase'], events: number, position = cursor.event?.position ?? end) =>
      onProgress({ phase, events, position, end });
    try {
      const onFound = (found: number) => {
        signal?.throwIfAborted();
        report('resuming', found);
      };
      const there = await EventCursor.over(copiedEvents(target));
      const resume = await findResumePoint(cursor, there, { places, store: source, onFound }).finally(() =>
        there.close(),
      );
      const writer = await TargetWriter.open(target, inFlight, resume.others);
      let copied = 0;
      try {
        for (; cursor.event && !signal?.aborted; await cursor.advance()) {
          await writer.write(cursor.event, places.take(cursor.event));
          report('copying', ++copied);
        }
        await writer.finish();
      } finally {
        writer.close();
      }
      signal?.throwIfAborted();
      const comparison = await compareStores(source, target, {
        end,
        signal,
        onCompared: (events, position) => report('comparing', events, position),
      });
      return { found: resume.found, copied, comparison };
    } finally {
      await cursor.close();
    }
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
