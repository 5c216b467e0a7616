import { InstantField } from '../schema/fields.js';
import type { Instant } from '../schema/instant.js';

/** The body of a command that says no more than when. */
export class Dated {
  @InstantField({ about: 'when it happened; now if left out', optional: true })
  occurredAt?: Instant;
}

type Constructor<T> = new () => T;

/** @returns the class of a request body: the fields of an event, or of a part of it, and when it happened */
export function dated<T extends object>(details: Constructor<T>): Constructor<T & Dated> {
  class WithDate extends (details as Constructor<object>) {
    @InstantField({ about: 'when it happened; now if left out', optional: true })
    occurredAt?: Instant;
  }
  return WithDate as Constructor<T & Dated>;
}
