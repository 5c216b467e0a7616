import type { EventStore } from '../event-store.js';
import { compileFilter, type EventFilter } from '../reading/event-filter.js';
import type { LogRecord } from '../log/record.js';
import { StreamNotFound } from '../reading/stream-reader.js';
import { ALL, GROUP_STREAM_PREFIX, type GroupDefinition } from './group-settings.js';

/** The events that a group is for, one batch after the other. */
export class GroupSource {
  readonly #filter: EventFilter | undefined;
  /** Streams only: everything up to this position has been seen, so the tail can be asked instead of the log. */
  #seenTo: number | undefined;

  /** The revision, or the position of $all, that the next events are behind. */
  place: number;
  readonly #begunBehind: number;

  /** Begins behind `place`: a revision, or a position of $all; −1 for the start of either. */
  constructor(
    readonly store: EventStore,
    readonly definition: GroupDefinition,
    place: number,
  ) {
    // Revisions count from 0, but positions from 1: behind −1 would be a record that no log has.
    this.place = definition.stream === ALL ? Math.max(place, 0) : place;
    this.#begunBehind = this.place;
    this.#filter = definition.filter && compileFilter(definition.filter);
  }

  /** Where the last event read is; undefined before any. */
  get lastRead(): number | undefined {
    return this.place > this.#begunBehind ? this.place : undefined;
  }

  /** The next events; none when it has caught up. An empty answer with `more` means that none of those looked at matched. */
  async next(limit: number): Promise<{ records: LogRecord[]; more: boolean }> {
    return this.definition.stream === ALL ? this.#nextOfAll(limit) : this.#nextOfStream(limit);
  }

  /** By what the group counts how far it is. */
  placeOf(record: LogRecord): number {
    return this.definition.stream === ALL ? record.position : record.revision;
  }

  async #nextOfAll(limit: number): Promise<{ records: LogRecord[]; more: boolean }> {
    const { tail, log } = this.store;
    const looked =
      tail.after(this.place)?.slice(0, limit) ?? (await log.all(this.place + 1, 'forwards', limit)).records;
    this.place = looked.at(-1)?.position ?? this.place;
    const records = looked.filter(
      (record) =>
        !record.stream.startsWith(GROUP_STREAM_PREFIX) && (!this.#filter || this.#filter.matches(record)),
    );
    return { records, more: looked.length > 0 };
  }

  async #nextOfStream(limit: number): Promise<{ records: LogRecord[]; more: boolean }> {
    const { tail } = this.store;
    const fresh = this.#seenTo === undefined ? undefined : tail.after(this.#seenTo);
    if (!fresh) {
      const head = tail.head;
      const records = await this.#firstPage(limit);
      if (records.length === 0) this.#seenTo = head;
      this.place = records.at(-1)?.revision ?? this.place;
      return { records, more: true };
    }
    this.#seenTo = fresh.at(-1)?.position ?? this.#seenTo;
    const { stream } = this.definition;
    const records = fresh.filter((record) => record.stream === stream && record.revision > this.place);
    this.place = records.at(-1)?.revision ?? this.place;
    return { records, more: fresh.length > 0 };
  }

  async #firstPage(limit: number): Promise<LogRecord[]> {
    try {
      for await (const page of this.store.streams.pages(
        this.definition.stream,
        this.place + 1,
        'forwards',
        limit,
      )) {
        if (page.length > 0) return page;
      }
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    return [];
  }
}
