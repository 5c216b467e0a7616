import type { EventStore } from '../event-store.js';
import type { LogRecord } from '../log/record.js';
import { LINK_TYPE } from '../log/stream-metadata.js';
import { StreamNotFound } from '../reading/stream-reader.js';
import { linkTarget } from '../reading/link-resolver.js';
import { parkedStream } from './group-settings.js';
import { systemEvent, truncateBefore, writeNote } from './log-notes.js';

/** The events that a group could not handle: links to them in a stream of the group's own, until they are replayed. */
export class ParkedMessages {
  readonly #stream: string;
  #first = 0;
  #behindLast = 0;

  constructor(
    readonly store: EventStore,
    key: string,
  ) {
    this.#stream = parkedStream(key);
  }

  /** How many are parked now. */
  get count(): number {
    return Math.max(0, this.#behindLast - this.#first);
  }

  async load(): Promise<void> {
    const { visibility } = await this.store.streams.rules.load(this.#stream);
    this.#behindLast = (await this.store.streams.lastRevision(this.#stream)) + 1;
    this.#first = Math.min(visibility.truncateBefore ?? 0, this.#behindLast);
  }

  /** Parks an event; throws when the log is away. */
  async park(original: LogRecord, reason: string): Promise<void> {
    const target = `${original.revision}@${original.stream}`;
    const about = { added: new Date().toISOString(), reason };
    const revision = await writeNote(this.store, this.#stream, systemEvent(LINK_TYPE, target, about));
    this.#behindLast = revision + 1;
  }

  /**
   * Takes parked events back, those before revision `stopAt` of the parked stream or all. They are no longer parked when
   * this resolves.
   */
  async takeBack(stopAt: number | undefined): Promise<LogRecord[]> {
    const behind = Math.min(stopAt ?? Infinity, this.#behindLast);
    if (behind <= this.#first) return [];
    const events: LogRecord[] = [];
    try {
      const count = behind - this.#first;
      for await (const page of this.store.streams.pages(this.#stream, this.#first, 'forwards', count)) {
        for (const link of page) {
          const event = await linkTarget(this.store.streams, link);
          if (event) events.push(event);
        }
      }
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    await truncateBefore(this.store, this.#stream, behind);
    this.#first = behind;
    return events;
  }
}
