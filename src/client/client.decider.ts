import { Rejection, type Decider, type Decision } from '../event-store/decider.js';
import { fieldsOf } from '../schema/fields.js';
import { clientEvents, type ClientEvent } from './client.events.js';
import { clientSlices, type ClientCommand, type ClientState } from './client.slices.js';
import { itemParts, restoredItems, withAbsorbed, withoutReleased } from './items.js';
import { overdueLapse } from './lifecycle/lifecycle.decision.js';
import { stateOf } from './lifecycle/lifecycle.evolve.js';

/** Composed of the slices: each evolves its part of the state, and decides the commands that are its own. */
export const clientDecider: Decider<ClientState, ClientCommand, ClientEvent> = {
  initial: Object.fromEntries(
    Object.entries(clientSlices).map(([name, { initial }]) => [name, initial]),
  ) as ClientState,
  evolve,
  decide,
};

// Which state belongs to which handler is more than the compiler sees once slices are in a list.
type Evolving = (part: unknown, event: ClientEvent) => unknown;
type Deciding = (part: unknown, command: ClientCommand, client: ClientState) => Decision<ClientEvent>;
type Name = keyof ClientState;

const evolving = new Map<string, [Name, Evolving][]>();
const deciding = new Map<string, [Name, Deciding]>();
for (const [name, slice] of Object.entries(clientSlices) as [Name, { evolve: object; decide: object }][]) {
  for (const [type, handler] of Object.entries(slice.evolve) as [string, Evolving][]) {
    evolving.set(type, [...(evolving.get(type) ?? []), [name, handler]]);
  }
  for (const [kind, handler] of Object.entries(slice.decide) as [string, Deciding][]) {
    deciding.set(kind, [name, handler]);
  }
}

function evolve(state: ClientState, event: ClientEvent): ClientState {
  const parts: Record<string, unknown> = {};
  for (const [name, handler] of evolving.get(event.type) ?? []) parts[name] = handler(state[name], event);
  return { ...state, ...pooled(state, event), ...parts };
}

/** Items pass from client to client as a whole, whatever slice they are of. */
function pooled(state: ClientState, event: ClientEvent): object {
  if (event.type !== 'ClientAbsorbed' && event.type !== 'ClientUnmerged') return {};
  const { life } = event.data;
  const change = itemParts(state).map(([name, items]) => {
    const passed = life.items[name] ?? {};
    if (event.type === 'ClientAbsorbed') return [name, withAbsorbed(items, passed, event.data.absorbedId)];
    return [
      name,
      event.data.side === 'survivor' ? withoutReleased(items, passed) : restoredItems(items, passed),
    ];
  });
  return Object.fromEntries(change) as object;
}

function decide(state: ClientState, command: ClientCommand): Decision<ClientEvent> {
  if (command.at > command.now) {
    return Rejection.invalid('occurredAt', `must not lie in the future; it is ${command.now} now`);
  }
  const refused = refusal(state, command);
  if (refused) return refused;
  const [name, handler] = deciding.get(command.kind) ?? [];
  if (!name || !handler) throw new Error(`no slice decides ${command.kind}`);
  const decision = withWhatWasDue(handler(state[name], command, state), name, state, command);
  return state.identity.erased ? withoutPersonal(decision) : decision;
}

/** These slices see to lapses themselves: what they record changes the services. */
const MINDS_LAPSES = new Set<Name>(['lifecycle', 'identity']);

/** Whoever comes first records a lapse that is due: the clock, or the next fact of any kind. */
function withWhatWasDue(
  decision: Decision<ClientEvent>,
  name: Name,
  state: ClientState,
  command: ClientCommand,
): Decision<ClientEvent> {
  if (decision instanceof Rejection || decision.length === 0 || MINDS_LAPSES.has(name)) return decision;
  return [...overdueLapse(command, state), ...decision];
}

const OF_MERGED = new Set<ClientCommand['kind']>(['MergeInto', 'RestoreClient', 'EraseClient']);
const NOT_OF_CLOSED = new Set<ClientCommand['kind']>(['RecordService', 'LapseClient']);

/** Which commands a state allows at all (domain.md, the table of commands). */
function refusal({ lifecycle }: ClientState, { kind }: ClientCommand): Rejection | null {
  if (lifecycle.convertedAt === null) {
    return kind === 'ConvertClient' ? null : Rejection.unknown('there is no such client');
  }
  const { mergedInto } = lifecycle;
  if (mergedInto && !OF_MERGED.has(kind)) {
    const detail = `the client is merged into ${mergedInto.survivorId}; that is where it lives on`;
    return Rejection.illegal('merged', 'merged-lives-on', detail);
  }
  if (stateOf(lifecycle) === 'closed' && NOT_OF_CLOSED.has(kind)) {
    return Rejection.illegal('closed', 'reopen-first', 'the client is closed; reopen it first');
  }
  return null;
}

/** Nothing personal is recorded of a person who was to be forgotten; there is no key to keep it under. */
function withoutPersonal(decision: Decision<ClientEvent>): Decision<ClientEvent> {
  if (decision instanceof Rejection) return decision;
  const personal = decision.flatMap(({ type, data }) =>
    fieldsOf(clientEvents[type].data)
      .filter((field) => field.personal && field.name in data)
      .map(({ name }) => name),
  );
  if (personal.length === 0) return decision;
  const detail = `the client is forgotten: ${personal.join(', ')} can no longer be recorded of it`;
  return Rejection.illegal('erased', 'forgotten-for-good', detail);
}
