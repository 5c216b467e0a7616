import type { Decision } from '../event-store/decider.js';
import type { AnyClientCommand } from './client-command.js';
import type { ClientEvent } from './client.events.js';

export type ClientFact<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;

/** How a part of the client's state follows the facts that concern it, its own slice's or another's. */
export type Evolve<State> = {
  readonly [Type in ClientEvent['type']]?: (state: State, event: ClientFact<Type>) => State;
};

/** A decision for each kind of command. `client` holds what it has to know of other slices, by their names. */
export type Decide<State, Command extends AnyClientCommand, Client> = {
  readonly [Kind in Command['kind']]: (
    state: State,
    command: Extract<Command, { kind: Kind }>,
    client: Client,
  ) => Decision<ClientEvent>;
};

/** A vertical slice of a client: its part of the state, the facts that change it, the commands decided on it. */
export interface Slice<State, Command extends AnyClientCommand, Client = unknown> {
  readonly initial: State;
  readonly evolve: Evolve<State>;
  readonly decide: Decide<State, Command, Client>;
}

/** Names the type of its commands; the rest is inferred. */
export const slice =
  <Command extends AnyClientCommand, Client = unknown>() =>
  <State>(parts: Slice<State, Command, Client>): Slice<State, Command, Client> =>
    parts;
