import type { DomainEvent } from './event-definition.js';

/**
 * The whole contract of an aggregate: where it begins, what a fact does to it, and what facts a command leads to.
 * Both functions are pure: what they need of the world (instants, ids, policy) stands in the command.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly decide: (state: State, command: Command) => Decision<Event>;
}

/** The facts to record (none: nothing to do, which is no fault), or why not. */
export type Decision<Event extends DomainEvent> = readonly Event[] | Rejection;

/**
 * A command refused by a rule of the business. It is a value, not an exception: exceptions are bugs.
 * - `illegal`: not in this state; the state and the rule are named
 * - `invalid`: a value that cannot be; the path names it
 * - `unknown`: it speaks of something that is not there
 */
export class Rejection {
  private constructor(
    readonly kind: 'illegal' | 'invalid' | 'unknown',
    readonly detail: string,
    readonly more: { readonly state?: string; readonly rule?: string; readonly path?: string },
  ) {}

  static illegal(state: string, rule: string, detail: string): Rejection {
    return new Rejection('illegal', detail, { state, rule });
  }

  static invalid(path: string, detail: string): Rejection {
    return new Rejection('invalid', detail, { path });
  }

  static unknown(detail: string): Rejection {
    return new Rejection('unknown', detail, {});
  }
}
