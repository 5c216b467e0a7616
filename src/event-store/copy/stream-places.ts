import { SourceIncomplete } from './copy-errors.js';
import { kindOf, type RawEvent } from './raw-event.js';

/** Where each stream of a copy stands: how many events of it have gone by. */
export class StreamPlaces {
  private readonly counts = new Map<string, number>();

  /** Whether the stream, or the metadata of it, has been met. */
  knows(stream: string): boolean {
    return this.counts.has(stream) || this.counts.has(`$$${stream}`);
  }

  /**
   * Counts an event in.
   * @returns revision of the event before it in the copy, −1 for the first
   * @throws SourceIncomplete where the source has a gap before it; metadata streams keep but their last event anyway
   */
  take(event: RawEvent): number {
    const count = this.counts.get(event.stream) ?? 0;
    if (kindOf(event) === 'event' && event.revision !== count)
      throw new SourceIncomplete(event.stream, count, event);
    this.counts.set(event.stream, count + 1);
    return count - 1;
  }
}
