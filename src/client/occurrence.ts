import { InstantField } from '../schema/fields.js';
import type { Instant } from '../schema/instant.js';

type Constructor<T> = new () => T;

/** @returns the class of a request body: the fields of an event, or of a part of it, and when it happened */
export function dated<T extends object>(details: Constructor<T>): Constructor<T & { occurredAt?: Instant }> {
  class Dated extends (details as Constructor<object>) {
    @InstantField({ about: 'when it happened; now if left out', optional: true })
    occurredAt?: Instant;
  }
  return Dated as Constructor<T & { occurredAt?: Instant }>;
}
