import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { itemParts } from '../items.js';
import { judging, overdueLapse, type AroundLifecycle } from '../lifecycle/lifecycle.decision.js';
import { evolveLifecycle, stateOf, type Lifecycle, type LifeEvent } from '../lifecycle/lifecycle.evolve.js';
import { lapseDueBy, reconcile } from '../lifecycle/reconcile.js';
import type { ServiceMark } from '../lifecycle/lifecycle.marks.js';
import { slice } from '../slice.js';
import type { Closure, Erasure, MergedInto, Reopening, Unmerge } from './identity.events.js';
import type { PooledLife } from './pooled-life.js';

export type CloseClient = ClientCommandOf<'CloseClient', Closure>;
export type ReopenClient = ClientCommandOf<'ReopenClient', Reopening>;
export type MergeInto = ClientCommandOf<'MergeInto', MergedInto>;
export type AbsorbClient = ClientCommandOf<
  'AbsorbClient',
  { absorbedId: string; convertedAt: Instant; life: PooledLife }
>;
/** To the survivor: let go of an absorbed client, with its own facts and the given ones recorded meanwhile. */
export type ReleaseClient = ClientCommandOf<
  'ReleaseClient',
  { absorbedId: string; assigned: readonly string[]; reason?: string }
>;
/** To the merged client: take up its own life again. */
export type RestoreClient = ClientCommandOf<
  'RestoreClient',
  { survivorId: string; life: PooledLife; reason?: string }
>;
export type EraseClient = ClientCommandOf<'EraseClient', Erasure>;

export interface Identity {
  readonly erased: boolean;
}

type IdentityCommand =
  CloseClient | ReopenClient | MergeInto | AbsorbClient | ReleaseClient | RestoreClient | EraseClient;

const known: Identity = { erased: false };

export const identitySlice = slice<IdentityCommand, AroundLifecycle>()({
  initial: known,
  evolve: { ClientErased: () => ({ erased: true }) },
  decide: {
    CloseClient: (_identity, command, client) =>
      isClosed(client.lifecycle)
        ? []
        : [
            ...overdueLapse(command, client),
            { type: 'ClientClosed', data: command.data, occurredAt: command.at },
          ],
    ReopenClient: reopen,
    MergeInto: mergeInto,
    AbsorbClient: absorb,
    ReleaseClient: release,
    RestoreClient: restore,
    EraseClient: ({ erased }, { data, at }) =>
      erased ? [] : [{ type: 'ClientErased', data, occurredAt: at }],
  },
});

/** An append holds at most a megabyte; what a client passes on has to fit with room to spare. */
const MOST_PASSED_ON = 4_000;

/** @returns what a client would pass on if it were merged now */
export function lifeOf(client: AroundLifecycle): PooledLife {
  const items = itemParts(client).filter(([, part]) => part.size > 0);
  return {
    services: client.lifecycle.services,
    lapses: client.lifecycle.lapses,
    items: Object.fromEntries(items.map(([name, part]) => [name, part.toObject()])),
  };
}

const isClosed = ({ closures }: Lifecycle): boolean => closures.at(-1)?.to === null;

function reopen(
  _identity: Identity,
  { data, at }: ReopenClient,
  { lifecycle }: AroundLifecycle,
): Decision<ClientEvent> {
  const closed = lifecycle.closures.at(-1);
  if (!closed || closed.to !== null) {
    return Rejection.illegal(stateOf(lifecycle), 'reopen-closed', 'the client is not closed');
  }
  if (at < closed.from) {
    return Rejection.invalid(
      'occurredAt',
      `a client cannot be reopened before it was closed (${closed.from})`,
    );
  }
  return [{ type: 'ClientReopened', data, occurredAt: at }];
}

function mergeInto(_identity: Identity, command: MergeInto, client: AroundLifecycle): Decision<ClientEvent> {
  const { data, at, clientId } = command;
  const { mergedInto, absorbed } = client.lifecycle;
  if (data.survivorId === clientId)
    return Rejection.invalid('survivorId', 'a client cannot be merged into itself');
  if (mergedInto?.survivorId === data.survivorId) return [];
  if (mergedInto) {
    return Rejection.illegal('merged', 'merge-once', `the client is merged into ${mergedInto.survivorId}`);
  }
  if (absorbed.some((one) => one.clientId === data.survivorId)) {
    const detail = `client ${data.survivorId} is merged into this one`;
    return Rejection.illegal(stateOf(client.lifecycle), 'merge-no-cycle', detail);
  }
  const life = lifeOf(client);
  const size = Object.values(life.items).reduce(
    (sum, part) => sum + Object.keys(part).length,
    life.services.length,
  );
  if (size > MOST_PASSED_ON) {
    const detail = `the client has ${size} services and other things, and at most ${MOST_PASSED_ON} can pass to another; merge the other one into it`;
    return Rejection.illegal(stateOf(client.lifecycle), 'merge-the-smaller', detail);
  }
  return [{ type: 'ClientMergedInto', data, occurredAt: at }];
}

/** The survivor takes over the life of the absorbed client, and what its own lapses come to by it. */
function absorb(_identity: Identity, command: AbsorbClient, client: AroundLifecycle): Decision<ClientEvent> {
  const { lifecycle } = client;
  if (lifecycle.absorbed.some(({ clientId }) => clientId === command.data.absorbedId)) return [];
  const absorbed: LifeEvent = { type: 'ClientAbsorbed', data: command.data, occurredAt: command.at };
  return [absorbed, ...consequences(command, client, absorbed, command.data.life.services)];
}

function release(
  _identity: Identity,
  command: ReleaseClient,
  client: AroundLifecycle,
): Decision<ClientEvent> {
  const { absorbedId, assigned, reason } = command.data;
  const { lifecycle } = client;
  if (!lifecycle.absorbed.some(({ clientId }) => clientId === absorbedId)) {
    return Rejection.unknown(`client ${absorbedId} is not merged into this one`);
  }
  const goes = (id: string, of: string | undefined) =>
    of === absorbedId || (of === undefined && assigned.includes(id));
  const services = lifecycle.services.filter(({ serviceId, of }) => goes(serviceId, of));
  const items = itemParts(client).map(
    ([name, part]) => [name, part.filter(({ of }, id) => goes(id, of)).toObject()] as const,
  );
  const found = new Set([
    ...services.map(({ serviceId }) => serviceId),
    ...items.flatMap(([, part]) => Object.keys(part)),
  ]);
  const stranger = assigned.find((id) => !found.has(id));
  if (stranger !== undefined) {
    return Rejection.invalid(
      'assigned',
      `the client has nothing with the id ${stranger} that could go to the other`,
    );
  }
  const life: PooledLife = {
    services,
    lapses: lifecycle.lapses.filter(({ of }) => of === absorbedId),
    items: Object.fromEntries(items.filter(([, part]) => Object.keys(part).length > 0)),
  };
  const unmerged = unmergedOn('survivor', absorbedId, life, command, reason);
  return [unmerged, ...consequences(command, client, unmerged)];
}

function restore(
  _identity: Identity,
  command: RestoreClient,
  client: AroundLifecycle,
): Decision<ClientEvent> {
  const { survivorId, life, reason } = command.data;
  const { lifecycle } = client;
  if (lifecycle.mergedInto?.survivorId !== survivorId) return [];
  const unmerged = unmergedOn('restored', survivorId, life, command, reason);
  return [unmerged, ...consequences(command, client, unmerged)];
}

function unmergedOn(
  side: Unmerge['side'],
  otherId: string,
  life: PooledLife,
  { at }: { at: Instant },
  reason: string | undefined,
): LifeEvent {
  const data: Unmerge = { side, otherId, life, ...(reason === undefined ? {} : { reason }) };
  return { type: 'ClientUnmerged', data, occurredAt: at };
}

/** @returns what a change of the services by a merge or its undoing makes true of lapses and returns */
function consequences(
  command: AbsorbClient | ReleaseClient | RestoreClient,
  client: AroundLifecycle,
  event: LifeEvent,
  elsewhere: readonly ServiceMark[] = [],
): LifeEvent[] {
  const about = judging(command, client);
  const after = evolveLifecycle(client.lifecycle, event);
  const events = reconcile(client.lifecycle, after, about, elsewhere);
  const then = events.reduce<Lifecycle>(evolveLifecycle, after);
  return [...events, ...lapseDueBy(then, command.lapsesUpTo, about)];
}
