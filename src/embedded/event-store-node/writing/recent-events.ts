import type { RecordedAt } from './expected-version.js';
import { uuidKey } from '../log/uuid.js';

const REMEMBERED = 50_000;

interface Remembered extends RecordedAt {
  stream: string;
}

/** Where the events appended last are, by their id: what makes a retry without an expected revision idempotent. */
export class RecentEvents {
  readonly #places = new Map<string, Remembered>();
  /** The keys in the order of their coming, as a ring; finding the oldest in the map itself gets slow as it ages. */
  readonly #ring: string[] = [];
  #next = 0;

  add(id: Buffer, stream: string, revision: number, position: number): void {
    const key = uuidKey(id);
    const oldest = this.#ring[this.#next];
    if (oldest !== undefined) this.#places.delete(oldest);
    this.#ring[this.#next] = key;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#places.set(key, { stream, revision, position });
  }

  /** Where the event is, if it is remembered and in that stream. */
  find(id: Buffer, stream: string): RecordedAt | undefined {
    const place = this.#places.get(uuidKey(id));
    return place?.stream === stream ? place : undefined;
  }

  clear(): void {
    this.#places.clear();
    this.#ring.length = 0;
    this.#next = 0;
  }
}
