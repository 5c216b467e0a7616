import { expect } from '@jest/globals';
import { Rejection, type Decider } from '../../src/event-store/decider.js';
import type { DomainEvent } from '../../src/event-store/event-definition.js';

/**
 * The test language of deciders: given facts, when a command comes, then these facts follow, or it is refused, or
 * nothing happens.
 */
export function specify<State, Command, Event extends DomainEvent>(decider: Decider<State, Command, Event>) {
  return {
    given: (...facts: Event[]) => ({
      when: (command: Command) => {
        const state = facts.reduce(decider.evolve, decider.initial);
        const decision = decider.decide(state, command);
        return {
          then: (...expected: Event[]) => expect(decision).toEqual(expected),
          thenNothing: () => expect(decision).toEqual([]),
          thenRefused: (kind: Rejection['kind'], words: RegExp) => {
            expect(decision).toBeInstanceOf(Rejection);
            const { kind: actual, detail } = decision as Rejection;
            expect({ kind: actual, detail }).toEqual({ kind, detail: expect.stringMatching(words) });
          },
        };
      },
    }),
  };
}
