import { TargetDiverged } from './copy-errors.js';
import type { EventCursor } from './event-cursor.js';
import { isCopyOf } from './raw-event.js';
import type { RawStore } from './raw-store.js';
import type { StreamPlaces } from './stream-places.js';

/** What was found in the target. */
export interface ResumePoint {
  /** how many events are copied already */
  readonly found: number;
  /** streams of the target that the source does not have; they are left alone */
  readonly others: ReadonlySet<string>;
}

/**
 * Walks source and target side by side for as long as the target goes on, and leaves the source's cursor at the first
 * event that is not copied yet. The target itself is the checkpoint: nothing beside it can be lost or disagree with it.
 * @throws TargetDiverged where the target holds anything else in a stream of the source, or in another order
 */
export async function findResumePoint(
  source: EventCursor,
  target: EventCursor,
  { places, store, onFound }: { places: StreamPlaces; store: RawStore; onFound: (found: number) => void },
): Promise<ResumePoint> {
  const others = new Set<string>();
  let found = 0;
  for (; target.event; await target.advance()) {
    if (source.event && isCopyOf(source.event, target.event)) {
      places.take(source.event);
      onFound(++found);
      await source.advance();
    } else {
      const stream = target.event.stream.replace(/^\$\$/, '');
      if (!others.has(stream) && (places.knows(stream) || (await exists(store, stream))))
        throw TargetDiverged.at(target.event, source.event);
      others.add(stream);
    }
  }
  return { found, others };
}

/** Whether the source has the stream, deleted or not, or anything said of it. */
async function exists(source: RawStore, stream: string): Promise<boolean> {
  return (await source.lastOf(stream)) !== undefined || (await source.lastOf(`$$${stream}`)) !== undefined;
}
