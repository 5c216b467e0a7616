import type { EventStore } from '../event-store.js';
import { checkpointStream, groupKey, type GroupDefinition } from './group-settings.js';
import { lastNote, systemEvent, writeNote } from './log-notes.js';

const CHECKPOINT_TYPE = '$SubscriptionCheckpoint';

/**
 * How far a group is: the place behind which something is not handled yet. Kept in the log, now and then, as the
 * settings say; after a restart what was handled since is delivered again.
 */
export class Checkpoint {
  readonly #stream: string;
  #written: number | undefined;
  #writtenAt = Date.now();
  #handledSince = 0;
  #writing: Promise<void> | undefined;

  constructor(
    readonly store: EventStore,
    readonly definition: GroupDefinition,
    readonly log: (line: string) => void,
  ) {
    this.#stream = checkpointStream(groupKey(definition));
  }

  /** The place written last, undefined when there was none. */
  get place(): number | undefined {
    return this.#written;
  }

  async load(): Promise<void> {
    this.#written = (await lastNote<{ place: number }>(this.store, this.#stream))?.place;
  }

  /** Counts an event that was handled, and writes when as many as the settings allow went unwritten. */
  handled(place: number): void {
    this.#handledSince++;
    const { maxCheckpointCount } = this.definition.settings;
    if (maxCheckpointCount > 0 && this.#handledSince >= maxCheckpointCount) this.#write(place);
  }

  /** Writes when it is time and there is enough to tell. Called regularly. */
  tick(place: number): void {
    const { checkpointAfter, minCheckpointCount } = this.definition.settings;
    if (this.#handledSince < Math.max(1, minCheckpointCount)) return;
    if (Date.now() - this.#writtenAt >= checkpointAfter) this.#write(place);
  }

  /** Writes what is not written yet, however little. */
  async flush(place: number): Promise<void> {
    await this.#writing;
    if (this.#handledSince > 0) this.#write(place);
    await this.#writing;
  }

  #write(place: number): void {
    if (this.#writing || place < 0 || place === this.#written) return;
    const counted = this.#handledSince;
    this.#writing = writeNote(this.store, this.#stream, systemEvent(CHECKPOINT_TYPE, { place }))
      .then(() => {
        this.#written = place;
        this.#writtenAt = Date.now();
        this.#handledSince -= counted;
      })
      .catch((error: Error) => this.log(`a checkpoint could not be written: ${error.message}`))
      .finally(() => (this.#writing = undefined));
  }
}
