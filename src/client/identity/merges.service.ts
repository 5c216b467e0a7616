import { Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { Clock } from '../../clock.js';
import { Codec } from '../../event-store/codec.js';
import { Rejection } from '../../event-store/decider.js';
import type { Outcome } from '../../event-store/decision-runner.js';
import type { CommandContext } from '../../event-store/envelope.js';
import { EventStore } from '../../event-store/event-store.js';
import { sha256 } from '../../event-store/hash-chain.js';
import { ClientKeys } from '../../privacy/client-keys.js';
import { LapsePolicies } from '../../policy/lapse-policies.js';
import type { Instant } from '../../schema/instant.js';
import { ClientDecisions } from '../change-client.js';
import { clientDecider } from '../client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from '../client.events.js';
import type { ClientIntent } from '../client.slices.js';
import { beganAt } from '../lifecycle/lifecycle.evolve.js';
import { lifeOf } from './identity.decision.js';
import type { PooledLife } from './pooled-life.js';

/** Names of the second halves of merges. */
const MERGES = '5f2a1d7e-9c53-4f0d-8a7b-3d9c0e6b4a21';

/** What a merge, or its undoing, came to on both sides. */
export interface Merged {
  /** of the client that is absorbed or restored */
  readonly client: Outcome;
  readonly survivorId: string;
  readonly survivor: Outcome;
}

/**
 * Merges concern two streams, and an append concerns one. So a merge has two halves: the absorbed client is sealed first,
 * and can record nothing more; then the survivor takes over what it left. Broken off between them, the second half can
 * always be made up for, since what was sealed does not change; `finish` does so (ADR 0052).
 */
@Injectable()
export class Merges {
  /** What is personal stays sealed: nothing here needs it. */
  private readonly codec;

  constructor(
    private readonly clients: ClientDecisions,
    private readonly eventStore: EventStore,
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
    keys: ClientKeys,
  ) {
    this.codec = new Codec<ClientEvent>(clientEvents, keys);
  }

  /**
   * @param context of the command as the caller sent it
   * @returns what was recorded, or why the two cannot be merged
   */
  async merge(
    clientId: string,
    data: { survivorId: string; reason?: string },
    at: Instant | undefined,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Merged | Rejection> {
    const refused = await this.survivorFault(data.survivorId, clientId);
    if (refused) return refused;
    const sealed = await this.run(clientId, { kind: 'MergeInto', data }, at, context, onlyAt);
    if (sealed instanceof Rejection) return sealed;
    const survivor = await this.absorb(clientId);
    return survivor instanceof Rejection
      ? survivor
      : { client: sealed, survivorId: data.survivorId, survivor };
  }

  /**
   * @param assigned ids of what was recorded on the survivor meanwhile and belongs to the restored client
   * @returns what was recorded, or why the client cannot be restored
   */
  async unmerge(
    clientId: string,
    data: { assigned: readonly string[]; reason?: string },
    at: Instant | undefined,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Merged | Rejection> {
    const { state } = await this.clients.load(clientStream(clientId));
    if (state.lifecycle.convertedAt === null) return Rejection.unknown('there is no such client');
    const survivorId = state.lifecycle.mergedInto?.survivorId;
    if (survivorId === undefined) {
      const again = await this.undoneBy(clientId, context);
      return (
        again ?? Rejection.illegal('not merged', 'unmerge-merged', 'the client is not merged into another')
      );
    }
    const whole = await this.absorb(clientId);
    if (whole instanceof Rejection) return whole;
    const release = { absorbedId: clientId, ...data };
    const intent: ClientIntent = { kind: 'ReleaseClient', data: release };
    const survivor = await this.run(survivorId, intent, at, releaseOf(context));
    if (survivor instanceof Rejection) return survivor;
    const client = await this.restore(clientId, survivorId, context, data.reason, at, onlyAt);
    return client instanceof Rejection ? client : { client, survivorId, survivor };
  }

  /** Makes up for the second half of a merge, or of its undoing, that was broken off. */
  async finish(clientId: string): Promise<void> {
    const { state, revision } = await this.clients.load(clientStream(clientId));
    const survivorId = state.lifecycle.mergedInto?.survivorId;
    if (survivorId === undefined) return;
    const { state: survivor } = await this.clients.load(clientStream(survivorId));
    const knows = survivor.lifecycle.absorbed.some((one) => one.clientId === clientId);
    if (knows) return;
    const context = this.own(`restore/${clientId}/${revision}`);
    if (await this.releasedLife(survivorId, clientId, revision))
      await this.restore(clientId, survivorId, context);
    else await this.absorb(clientId);
  }

  private async survivorFault(survivorId: string, clientId: string): Promise<Rejection | null> {
    if (survivorId === clientId) return null;
    const { lifecycle } = (await this.clients.load(clientStream(survivorId))).state;
    if (lifecycle.convertedAt === null) return Rejection.invalid('survivorId', 'there is no such client');
    const { mergedInto } = lifecycle;
    if (!mergedInto) return null;
    const detail = `client ${survivorId} is merged into ${mergedInto.survivorId} itself`;
    return Rejection.illegal('merged', 'merge-into-what-lives', detail);
  }

  /** The second half of a merge. Where the survivor was merged itself meanwhile, the first half is undone. */
  private async absorb(clientId: string): Promise<Outcome | Rejection> {
    const { state, revision } = await this.clients.load(clientStream(clientId));
    const { mergedInto } = state.lifecycle;
    if (!mergedInto)
      return Rejection.illegal('not merged', 'absorb-merged', 'the client is not merged any more');
    const { survivorId, at } = mergedInto;
    const life = lifeOf(state);
    const data = { absorbedId: clientId, convertedAt: beganAt(state.lifecycle) as Instant, life };
    const context = this.own(`absorb/${clientId}/${revision}`);
    const outcome = await this.run(survivorId, { kind: 'AbsorbClient', data }, at, context);
    if (!(outcome instanceof Rejection)) return outcome;
    const undone = { survivorId, life };
    await this.run(
      clientId,
      { kind: 'RestoreClient', data: undone },
      undefined,
      this.own(`undo/${clientId}/${revision}`),
    );
    return outcome;
  }

  /** The second half of an undoing: the client takes up its life as the survivor let it go. */
  private async restore(
    clientId: string,
    survivorId: string,
    context: CommandContext,
    reason?: string,
    at?: Instant,
    onlyAt?: number,
  ): Promise<Outcome | Rejection> {
    const { revision } = await this.clients.load(clientStream(clientId));
    const life = await this.releasedLife(survivorId, clientId, revision);
    if (!life) throw new Error(`client ${survivorId} has not let go of ${clientId}`);
    const data = { survivorId, life, ...(reason === undefined ? {} : { reason }) };
    return this.run(clientId, { kind: 'RestoreClient', data }, at, context, onlyAt);
  }

  /**
   * @param sealedAt revision at which the absorbed client was sealed, by which this merge is told from earlier ones
   * @returns what the survivor let go of since it absorbed the client so; null if it has not
   */
  private async releasedLife(
    survivorId: string,
    clientId: string,
    sealedAt: number,
  ): Promise<PooledLife | null> {
    const absorbedBy = this.own(`absorb/${clientId}/${sealedAt}`).commandId;
    let absorbed = false;
    let released: PooledLife | null = null;
    for (const resolved of await this.eventStore.readStream(clientStream(survivorId))) {
      const { event, envelope } = this.codec.decode(resolved);
      if (envelope.commandId === absorbedBy) absorbed = true;
      if (!absorbed || event.type !== 'ClientUnmerged') continue;
      if (event.data.side === 'survivor' && event.data.otherId === clientId) released = event.data.life;
    }
    return released;
  }

  /** A retry gets the first answer: the streams know the commands they have seen. */
  private async undoneBy(clientId: string, context: CommandContext): Promise<Merged | null> {
    for (const resolved of await this.eventStore.readStream(clientStream(clientId))) {
      const { event, envelope } = this.codec.decode(resolved);
      if (envelope.commandId !== context.commandId || event.type !== 'ClientUnmerged') continue;
      const { otherId: survivorId, life } = event.data;
      const restore: ClientIntent = { kind: 'RestoreClient', data: { survivorId, life } };
      const release: ClientIntent = { kind: 'ReleaseClient', data: { absorbedId: clientId, assigned: [] } };
      const client = await this.run(clientId, restore, undefined, context);
      const survivor = await this.run(survivorId, release, undefined, releaseOf(context));
      if (client instanceof Rejection || survivor instanceof Rejection) return null;
      return { client, survivorId, survivor };
    }
    return null;
  }

  private async run(
    clientId: string,
    intent: ClientIntent,
    at: Instant | undefined,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Outcome | Rejection> {
    const now = this.clock.now();
    const frame = { clientId, at: at ?? now, now, lapsesUpTo: now, policy: await this.policies.current() };
    return this.clients.run({
      stream: clientStream(clientId),
      context,
      onlyAt,
      decide: (state) => clientDecider.decide(state, { ...frame, ...intent }),
    });
  }

  /** Whoever makes up for a half, and how often: it is the same command. */
  private own(name: string): CommandContext {
    const commandId = uuidv5(name, MERGES);
    const ids = { commandId, correlationId: commandId, causationId: commandId, fingerprint: sha256(name) };
    return { ...ids, actor: { id: 'automation', role: 'automation' }, source: 'automation' };
  }
}

/** The first half of an undoing is a command of its own to the survivor. */
const releaseOf = (context: CommandContext): CommandContext => ({
  ...context,
  commandId: uuidv5('release', context.commandId),
});
