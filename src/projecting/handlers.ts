import type { RecordedEvent } from '../event-store/envelope.js';
import type { AnyProjection } from './projection.js';

/**
 * @param handlers of a rule, by event type
 * @returns the one for this event, or undefined where the rule has none; inherited properties are no handlers
 */
export function handlerOf<Handler>(handlers: object, { event }: RecordedEvent): Handler | undefined {
  return Object.hasOwn(handlers, event.type) ? (handlers as Record<string, Handler>)[event.type] : undefined;
}

/** @returns the event types for which a projection has a handler in any of its tables */
export function typesHandled(projection: AnyProjection): Set<string> {
  return new Set(
    projection.tables.flatMap((rule) => {
      if (rule.shape === 'append') return Object.keys(rule.on as object);
      return rule.shape === 'fold' ? Object.keys(rule.evolve as object) : [];
    }),
  );
}

/** @returns whether a stream is one of those that the projection follows */
export function follows(projection: AnyProjection, stream: string): boolean {
  return projection.streams.some((prefix) => stream.startsWith(prefix));
}
