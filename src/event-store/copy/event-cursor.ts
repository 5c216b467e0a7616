import type { RawEvent } from './raw-event.js';

/** Stands at one event of a sequence at a time. */
export class EventCursor {
  /** undefined behind the last */
  event: RawEvent | undefined;

  private constructor(private readonly events: AsyncGenerator<RawEvent, void>) {}

  /** @returns a cursor at the first event */
  static async over(events: AsyncGenerator<RawEvent, void>): Promise<EventCursor> {
    const cursor = new EventCursor(events);
    await cursor.advance();
    return cursor;
  }

  async advance(): Promise<void> {
    const next = await this.events.next();
    this.event = next.done ? undefined : next.value;
  }

  /** Ends the reading, wherever it stands. */
  async close(): Promise<void> {
    await this.events.return(undefined);
  }
}
