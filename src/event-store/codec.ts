import { jsonEvent, type JSONEventData, type ResolvedEvent } from '@eventstore/db-client';
import { v5 as uuidv5 } from 'uuid';
import type { CommandContext, Envelope, RecordedEvent } from './envelope.js';
import type { DomainEvent, EventDefinition } from './event-definition.js';
import { hashOf } from './hash-chain.js';

/** An event in the log that this version of Tenure cannot read; the position tells an operator where to look. */
export class UnreadableEvent extends Error {
  constructor(where: string, why: string) {
    super(`event ${where} cannot be read: ${why}`);
    this.name = 'UnreadableEvent';
  }
}

/** Where a stream stands: the next event goes on from here. */
export interface StreamHead {
  /** revision of the last event, −1 for a stream without events */
  readonly revision: number;
  /** hash of the last event, undefined for a stream without events */
  readonly hash: string | undefined;
}

export type Catalogue<Event extends DomainEvent> = Readonly<{
  [Type in Event['type']]: EventDefinition<Type, Extract<Event, { type: Type }>['data']>;
}>;

/** The n-th event id of a command, so that sending the command again writes the same ids. */
export const eventId = (commandId: string, index: number): string => uuidv5(String(index), commandId);

/** Turns domain events into stored ones and back; knows every event type of its catalogue and refuses the others. */
export class Codec<Event extends DomainEvent> {
  constructor(private readonly catalogue: Catalogue<Event>) {}

  private definition(type: string): EventDefinition | undefined {
    // Own keys only: a type such as "constructor" must not find Object.prototype.
    return Object.hasOwn(this.catalogue, type) ? this.catalogue[type as Event['type']] : undefined;
  }

  knows(type: string): boolean {
    return this.definition(type) !== undefined;
  }

  /**
   * @param events in the order in which they are to be recorded
   * @param head where the stream stands before them
   * @returns the stored form of each, chained by hash, with ids derived from the command
   */
  encode(
    stream: string,
    events: readonly Event[],
    context: CommandContext,
    head: StreamHead,
  ): JSONEventData[] {
    let prevHash = head.hash;
    return events.map((event, index) => {
      const definition = this.definition(event.type);
      if (!definition) throw new Error(`event type ${event.type} is not in the catalogue`);
      const id = eventId(context.commandId, index);
      const metadata = {
        $correlationId: context.correlationId,
        $causationId: context.causationId,
        commandId: context.commandId,
        fingerprint: context.fingerprint,
        actor: context.actor,
        occurredAt: event.occurredAt,
        schemaVersion: definition.version,
        source: context.source,
        ...(prevHash === undefined ? {} : { prevHash }),
      };
      const { type, data } = event;
      const hash = hashOf({ stream, revision: head.revision + 1 + index, id, type, data, metadata });
      prevHash = hash;
      return jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata, hash } });
    });
  }

  /** @throws UnreadableEvent for an unknown type, a shape newer than this version knows, or malformed JSON */
  decode(resolved: ResolvedEvent): RecordedEvent<Event> {
    const stored = resolved.event;
    if (!stored) throw new UnreadableEvent('?', 'it is a link to nothing');
    const where = `${stored.streamId}@${stored.revision}`;
    const definition = this.definition(stored.type);
    if (!definition)
      throw new UnreadableEvent(where, `type ${stored.type} is unknown to this version of Tenure`);
    // The client hands malformed JSON on as a string, and malformed metadata as bytes.
    if (!isRecord(stored.data)) throw new UnreadableEvent(where, 'its data is not a JSON object');
    if (!isRecord(stored.metadata)) throw new UnreadableEvent(where, 'its metadata is not a JSON object');
    const envelope = stored.metadata as unknown as Envelope;
    const position = stored.position?.commit ?? resolved.commitPosition;
    if (position === undefined)
      throw new UnreadableEvent(where, 'the server gave no position (22.6 or newer is needed)');
    return {
      id: stored.id,
      stream: stored.streamId,
      revision: Number(stored.revision),
      position,
      recordedAt: stored.created.toISOString(),
      envelope,
      event: {
        type: definition.type,
        data: upcast(definition, stored.data, envelope.schemaVersion, where),
        occurredAt: envelope.occurredAt,
      } as unknown as Event,
    };
  }
}

function upcast(
  definition: EventDefinition,
  stored: Record<string, unknown>,
  from: number,
  where: string,
): object {
  if (from > definition.version)
    throw new UnreadableEvent(where, `its shape ${from} is newer than ${definition.version}`);
  let data = stored;
  for (let version = from; version < definition.version; version++) {
    const step = definition.upcast?.[version];
    if (!step)
      throw new UnreadableEvent(where, `no upcaster leads from shape ${version} of ${definition.type}`);
    data = step(data);
  }
  return data;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
