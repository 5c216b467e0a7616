import type { DomainEvent } from '../../src/event-store/event-definition.js';
import type { Envelope, RecordedEvent } from '../../src/event-store/envelope.js';
import { eventId } from '../../src/event-store/codec.js';
import type { Instant } from '../../src/schema/instant.js';

const COMMAND = '6d1bf4a5-93f2-4dd6-a1e8-0b5ee1a0c5c1';

/** What a test may say of an event beyond its type and data. */
export interface Circumstances {
  /** business time; an hour after the event before it unless given */
  at?: Instant;
  /** record time; the business time unless given */
  recordedAt?: Instant;
  envelope?: Partial<Envelope>;
}

/**
 * A log in memory, for tests of what follows from events: `log.record('client-1', 'TagAdded', { tag: 'vip' })`.
 * Positions rise by 10, revisions by 1 in each stream, ids follow from positions.
 */
export class EventLog<Event extends DomainEvent> {
  readonly events: RecordedEvent<Event>[] = [];
  private readonly revisions = new Map<string, number>();

  record<Type extends Event['type']>(
    stream: string,
    type: Type,
    data: Extract<Event, { type: Type }>['data'],
    { at, recordedAt, envelope }: Circumstances = {},
  ): RecordedEvent<Event> {
    const number = this.events.length;
    const revision = (this.revisions.get(stream) ?? -1) + 1;
    this.revisions.set(stream, revision);
    const before = this.events.at(-1)?.event.occurredAt ?? '2023-12-31T23:00:00.000Z';
    const occurredAt = at ?? new Date(Date.parse(before) + 3_600_000).toISOString();
    const recorded: RecordedEvent<Event> = {
      id: eventId(COMMAND, number),
      stream,
      revision,
      position: BigInt(10 * (number + 1)),
      recordedAt: recordedAt ?? occurredAt,
      event: { type, data, occurredAt } as unknown as Event,
      envelope: {
        $correlationId: COMMAND,
        $causationId: COMMAND,
        commandId: COMMAND,
        fingerprint: '0'.repeat(64),
        actor: { id: 'tester', role: 'staff' },
        occurredAt,
        schemaVersion: 1,
        source: 'api',
        hash: '0'.repeat(64),
        ...envelope,
      },
    };
    this.events.push(recorded);
    return recorded;
  }
}
