import type { SealedFields } from './personal-seal.js';
import type { DomainEvent } from './event-definition.js';
import type { Instant } from '../schema/instant.js';

/** Who did it: an authenticated principal, `import`, or `clock`. */
export interface Actor {
  readonly id: string;
  readonly role: string;
}

export type Source = 'api' | 'import' | 'clock' | 'automation';

/** Event metadata as stored (domain.md, "The envelope"). The `$` keys are the store's own conventional ones. */
export interface Envelope {
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly commandId: string;
  /** SHA-256 of the request, so that a reused idempotency key with another body is told apart from a retry */
  readonly fingerprint: string;
  readonly actor: Actor;
  readonly occurredAt: Instant;
  readonly schemaVersion: number;
  readonly source: Source;
  /** hash of the event before this one in its stream; absent on the first */
  readonly prevHash?: string;
  readonly hash: string;
}

/** What a command knows of itself; the rest of the envelope is added per event. */
export interface CommandContext {
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly fingerprint: string;
  readonly actor: Actor;
  readonly source: Source;
}

/** An event as read back from the store, decoded and brought up to its current shape. */
export interface RecordedEvent<Event extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly stream: string;
  /** number of the event in its stream, from 0 */
  readonly revision: number;
  /** place in the whole log, strictly increasing */
  readonly position: bigint;
  /** record time: when the store took it */
  readonly recordedAt: Instant;
  readonly event: Event;
  readonly envelope: Envelope;
  /** its personal fields as stored, for a read model that keeps them sealed; absent where there are none */
  readonly sealed?: SealedFields;
}
