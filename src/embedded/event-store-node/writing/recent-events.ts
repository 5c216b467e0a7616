import type { RecordedAt } from './expected-version.js';
import { uuidKey } from '../log/uuid.js';

const REMEMBERED = 50_000;

interface Remembered extends RecordedAt {
  stream: string;
}

/** Where the events appended last are, by their id: what makes a retry without an expected revision idempotent. */
export class RecentEvents {
  readonly #places = new Map<string, Remembered>();

  add(id: Buffer, stream: string, revision: number, position: number): void {
    if (this.#places.size >= REMEMBERED) {
      const [oldest] = this.#places.keys();
      if (oldest !== undefined) this.#places.delete(oldest);
    }
    this.#places.set(uuidKey(id), { stream, revision, position });
  }

  /** Where the event is, if it is remembered and in that stream. */
  find(id: Buffer, stream: string): RecordedAt | undefined {
    const place = this.#places.get(uuidKey(id));
    return place?.stream === stream ? place : undefined;
  }

  clear(): void {
    this.#places.clear();
  }
}
