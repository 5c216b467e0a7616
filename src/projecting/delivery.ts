import type { Codec } from '../event-store/codec.js';
import type { DomainEvent } from '../event-store/event-definition.js';
import type { RecordedEvent } from '../event-store/envelope.js';

export type AnyCodec = Pick<Codec<DomainEvent>, 'decode' | 'knows' | 'subjectsToFetch' | 'readyToRead'>;
type Resolved = Parameters<AnyCodec['decode']>[0];

/** An event that is there and cannot be read. Whoever might need it must stop before it. */
export interface Unreadable extends Omit<RecordedEvent, 'event' | 'envelope'> {
  readonly type: string;
  /** whether the catalogue knows the type, if not this shape of it */
  readonly known: boolean;
  readonly error: unknown;
}

/** What a feed hands to projections. */
export type Delivery = RecordedEvent | Unreadable;

export const isUnreadable = (delivery: Delivery): delivery is Unreadable => 'error' in delivery;

/**
 * Reads an event once for all projections; an event that fails to decode is handed on as such.
 * @throws Error if it is not even known where in the log the event stands
 */
export function deliveryOf(codec: AnyCodec, resolved: Resolved): Delivery {
  try {
    return codec.decode(resolved);
  } catch (error) {
    const stored = resolved.event;
    const position = stored?.position?.commit ?? resolved.commitPosition;
    if (!stored || position === undefined) throw error;
    const { id, streamId, revision, created, type } = stored;
    return {
      id,
      stream: streamId,
      revision: Number(revision),
      position,
      recordedAt: created.toISOString(),
      type,
      known: codec.knows(type),
      error,
    };
  }
}

/** @returns whether a position lies after a checkpoint; null is before every event */
export const isAfter = (position: bigint | null, checkpoint: bigint | null): boolean =>
  position !== null && (checkpoint === null || position > checkpoint);

/** For sorting by position, the hindmost first. */
export const byPosition = (a: bigint | null, b: bigint | null): number =>
  a === b ? 0 : isAfter(a, b) ? 1 : -1;
