import type { Instant } from '../schema/instant.js';

/** A fact about to be recorded, or read back: what happened, and when in the world. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
  readonly occurredAt: Instant;
}

/**
 * The one place where an event type is declared. `type` is the constant under which it is stored for ever, never a class
 * name; `version` rises when the shape of `data` changes, and `upcast[n]` turns a stored shape n into shape n + 1.
 */
export interface EventDefinition<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly version: number;
  /** one line for the event reference */
  readonly meaning: string;
  /** a class of fields (schema/fields.ts) */
  readonly data: new () => Data;
  readonly upcast?: Readonly<Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>;
}

export function defineEvent<Type extends string, Data extends object>(
  definition: EventDefinition<Type, Data>,
): EventDefinition<Type, Data> {
  return definition;
}

/** The upcaster to a version that only added fields that may be absent. */
export const asItWas = (data: Record<string, unknown>): Record<string, unknown> => data;

/** The event that a definition declares; over a union of definitions, the union of their events. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Type, infer Data> ? DomainEvent<Type, Data> : never;
