import { jsonEvent, type JSONEventData, type ResolvedEvent } from '@eventstore/db-client';
import { v5 as uuidv5 } from 'uuid';
import { fieldsOf } from '../schema/fields.js';
import type { CommandContext, Envelope, RecordedEvent } from './envelope.js';
import type { DomainEvent, EventDefinition } from './event-definition.js';
import { hashOf } from './hash-chain.js';
import { openedOrForgotten, placeOf, seal, SEALED, type SealedFields } from './personal-seal.js';
import { SubjectForgotten, type SubjectKeys } from './subject-keys.js';

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
  private readonly personal = new Map<string, readonly string[]>();

  /** @param keys of the subjects whose personal data is to be sealed; without them, all is stored in clear */
  constructor(
    private readonly catalogue: Catalogue<Event>,
    private readonly keys?: SubjectKeys,
  ) {}

  private definition(type: string): EventDefinition | undefined {
    // Own keys only: a type such as "constructor" must not find Object.prototype.
    return Object.hasOwn(this.catalogue, type) ? this.catalogue[type as Event['type']] : undefined;
  }

  knows(type: string): boolean {
    return this.definition(type) !== undefined;
  }

  /** Has ready what `encode` needs for these events. */
  async readyToWrite(stream: string, events: readonly Event[]): Promise<void> {
    const subject = this.keys?.subjectOf(stream);
    if (subject && events.some((event) => this.personalIn(event).length > 0))
      await this.keys?.provide(subject);
  }

  /** @returns the subjects whose keys `decode` needs to read these events whole, and which are not at hand */
  subjectsToFetch(events: readonly ResolvedEvent[]): string[] {
    const subjects = new Set<string>();
    for (const { event } of events) {
      const subject = event && sealedIn(event.data) ? this.keys?.subjectOf(event.streamId) : null;
      if (subject) subjects.add(subject);
    }
    return [...subjects];
  }

  /** Has ready what `decode` needs to read events of these subjects whole. */
  async readyToRead(subjects: readonly string[]): Promise<void> {
    await this.keys?.fetch(subjects);
  }

  /**
   * @param events in the order in which they are to be recorded
   * @param head where the stream stands before them
   * @returns the stored form of each, chained by hash, with ids derived from the command; personal fields sealed
   * @throws SubjectForgotten if personal data is to be stored and the key was destroyed; Error if it is not ready (`readyToWrite`)
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
      const { type } = event;
      const data = this.sealed(stream, id, event);
      const hash = hashOf({ stream, revision: head.revision + 1 + index, id, type, data, metadata });
      prevHash = hash;
      return jsonEvent({ id, type, data, metadata: { ...metadata, hash } });
    });
  }

  private readable(
    { streamId, id, type, data }: NonNullable<ResolvedEvent['event']>,
    where: string,
  ): Record<string, unknown> {
    try {
      return this.opened(streamId, id, type, data as Record<string, unknown>);
    } catch (error) {
      throw new UnreadableEvent(where, (error as Error).message);
    }
  }

  private personalIn({ type, data }: DomainEvent): readonly string[] {
    let names = this.personal.get(type);
    if (!names) {
      const fields = fieldsOf(this.definition(type)?.data ?? Object);
      names = fields.filter((field) => field.personal).map(({ name }) => name);
      this.personal.set(type, names);
    }
    return names.filter((name) => (data as Record<string, unknown>)[name] !== undefined);
  }

  private sealed(stream: string, id: string, event: Event): Record<string, unknown> {
    const data = event.data as Record<string, unknown>;
    const subject = this.keys?.subjectOf(stream);
    const names = subject ? this.personalIn(event) : [];
    if (!subject || names.length === 0) return data;
    const key = this.keys?.peek(subject);
    if (key === null) throw new SubjectForgotten(stream);
    if (!Buffer.isBuffer(key)) throw new Error(`there is no key to store ${event.type} of ${stream} under`);
    const clear = { ...data };
    const values: Record<string, unknown> = {};
    for (const name of names) {
      values[name] = data[name];
      delete clear[name];
    }
    return { ...clear, [SEALED]: seal(key, placeOf(stream, id, event.type), values) };
  }

  /** Personal fields whose key was not fetched stay out: who decides needs none of them. */
  private opened(
    stream: string,
    id: string,
    type: string,
    stored: Record<string, unknown>,
  ): Record<string, unknown> {
    const { [SEALED]: sealed, ...clear } = stored as { [SEALED]?: SealedFields };
    if (!sealed) return stored;
    const subject = this.keys?.subjectOf(stream) ?? null;
    const key = subject === null ? 'missing' : this.keys?.peek(subject);
    if (key === undefined) return clear;
    return { ...clear, ...openedOrForgotten(key, placeOf(stream, id, type), sealed) };
  }

  /** @throws UnreadableEvent for an unknown type, a shape newer than this version knows, malformed JSON, or a missing key */
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
      ...(sealedIn(stored.data) ? { sealed: sealedIn(stored.data) } : {}),
      event: {
        type: definition.type,
        data: upcast(definition, this.readable(stored, where), envelope.schemaVersion, where),
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

const sealedIn = (data: unknown): SealedFields | undefined =>
  isRecord(data) ? (data[SEALED] as SealedFields | undefined) : undefined;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
