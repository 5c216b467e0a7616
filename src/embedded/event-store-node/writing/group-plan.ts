import {
  decideAppend,
  NO_REVISION,
  type ExpectedVersion,
  type RecordedAt,
  type StreamHead,
} from './expected-version.js';
import { MAX_INT64 } from '../log/int64.js';
import { LogRecord } from '../log/record.js';
import type { RecentEvents } from './recent-events.js';
import {
  describedBy,
  METADATA_TYPE,
  metastreamOf,
  SOFT_DELETION,
  softDeletionIn,
  TOMBSTONE_TYPE,
  undeleted,
} from '../log/stream-metadata.js';
import { randomUuid } from '../log/uuid.js';
import type { ProposedEvent } from '../log/record.js';
import type { WriteOutcome, WriteRequest } from './write-request.js';

const NOTHING = new Uint8Array();

/**
 * What a group of requests, decided one after the other, writes in one transaction. Each decision sees the effects of
 * those before it. `heads` holds the streams that `streamsTouched` names for each request, and is changed in place.
 */
export class GroupPlan {
  readonly records: LogRecord[] = [];

  constructor(
    readonly heads: Map<string, StreamHead>,
    readonly recent: RecentEvents,
    readonly nextPosition: number,
    readonly created: Date,
  ) {}

  /** `recorded` says where the ids of the request's events stand in its stream, as far as the log was asked. */
  decide(request: WriteRequest, recorded?: (event: ProposedEvent) => RecordedAt | undefined): WriteOutcome {
    const { stream, events } = request;
    const head = this.#head(stream);
    const original = describedBy(stream);
    if (original && this.#head(original).revision === MAX_INT64) return { kind: 'stream-deleted' };
    const decision = decideAppend(request.expected, head, events.length, (index) => {
      const event = events[index] as ProposedEvent;
      return this.recent.find(event.id, stream) ?? recorded?.(event);
    });
    switch (decision.kind) {
      case 'append':
        this.#perform(request, head);
        return { kind: 'written', revision: head.revision, position: this.#lastPosition };
      case 'already-appended':
        return { kind: 'written', revision: decision.last.revision, position: decision.last.position };
      case 'wrong-expected-version':
        return { kind: 'wrong-expected-version', current: head.revision };
      case 'stream-deleted':
        return decision;
    }
  }

  #perform(request: WriteRequest, head: StreamHead): void {
    const { stream } = request;
    switch (request.kind) {
      case 'append':
        if (head.softDeletion && request.events.length > 0) this.#undelete(stream, head, head.softDeletion);
        for (const event of request.events) this.#add(stream, ++head.revision, event);
        this.#followMetadata(stream, request.events.at(-1));
        return;
      case 'soft-delete':
        this.#addMetadata(stream, SOFT_DELETION);
        return;
      case 'tombstone':
        head.revision = MAX_INT64;
        this.#add(stream, MAX_INT64, this.#event(TOMBSTONE_TYPE, NOTHING));
    }
  }

  /** Appending to a soft-deleted stream makes it visible again from the first new event on. */
  #undelete(stream: string, head: StreamHead, metadata: Record<string, unknown>): void {
    this.#addMetadata(stream, undeleted(metadata, head.revision + 1));
  }

  #addMetadata(stream: string, data: Uint8Array): void {
    const metastream = metastreamOf(stream);
    const event = this.#event(METADATA_TYPE, data);
    this.#add(metastream, ++this.#head(metastream).revision, event);
    this.#setMetadata(this.#head(stream), data);
  }

  /** A writer's own metadata event: what it says of its stream holds for the decisions after it. */
  #followMetadata(metastream: string, event: ProposedEvent | undefined): void {
    const stream = describedBy(metastream);
    if (!stream || !event) return;
    const head = this.#head(stream);
    const wasDeleted = head.softDeletion !== undefined;
    this.#setMetadata(head, event.data);
    if (wasDeleted && !head.softDeletion) {
      this.#addMetadata(stream, undeleted(event.data, head.revision + 1));
    }
  }

  #setMetadata(head: StreamHead, data: Uint8Array): void {
    head.hasMetadata = true;
    head.softDeletion = softDeletionIn(data);
  }

  #event(type: string, data: Uint8Array): ProposedEvent {
    return { id: randomUuid(), type, isJson: true, data, metadata: NOTHING };
  }

  #add(stream: string, revision: number, event: ProposedEvent): void {
    const position = this.#lastPosition + 1;
    this.records.push(LogRecord.of(event, { stream, revision, position, created: this.created }));
    this.recent.add(event.id, stream, revision, position);
  }

  get #lastPosition(): number {
    return this.nextPosition + this.records.length - 1;
  }

  #head(stream: string): StreamHead {
    let head = this.heads.get(stream);
    if (!head) {
      head = { revision: NO_REVISION, softDeletion: undefined, hasMetadata: false };
      this.heads.set(stream, head);
    }
    return head;
  }
}

/** The streams whose heads must be known to decide the request, as far as can be told from the heads known already. */
export function streamsTouched(request: WriteRequest, known: ReadonlyMap<string, StreamHead>): string[] {
  const { stream, kind } = request;
  const original = describedBy(stream);
  const streams = original ? [stream, original] : [stream];
  if (kind === 'soft-delete' || known.get(stream)?.softDeletion) streams.push(metastreamOf(stream));
  return streams;
}

/** The revision behind which a retry's events would stand, when the request may be one; undefined when it cannot be. */
export function mayRepeatFrom(request: WriteRequest, head: StreamHead | undefined): number | undefined {
  const expected: ExpectedVersion = request.expected === 'no-stream' ? NO_REVISION : request.expected;
  if (typeof expected !== 'number' || !head || head.revision === MAX_INT64) return undefined;
  return request.events.length > 0 && expected < head.revision ? expected + 1 : undefined;
}
