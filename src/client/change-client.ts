import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { Codec } from '../event-store/codec.js';
import type { Rejection } from '../event-store/decider.js';
import { DecisionRunner, type Outcome } from '../event-store/decision-runner.js';
import type { Actor, CommandContext } from '../event-store/envelope.js';
import { EventStore } from '../event-store/event-store.js';
import { sha256 } from '../event-store/hash-chain.js';
import { Clock } from '../clock.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import type { Instant } from '../schema/instant.js';
import { clientDecider } from './client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from './client.events.js';
import type { ClientIntent, ClientState } from './client.slices.js';

/** Who asks, and on what terms. */
export interface Caller {
  readonly actor: Actor;
  readonly requestId: string;
  readonly idempotencyKey?: string;
  /** If-Match: the revision at which the client must stand */
  readonly onlyAt?: number;
}

/** The decisions of all clients, with the states of those lately seen. */
@Injectable()
export class ClientDecisions extends DecisionRunner<ClientState, ClientEvent> {
  constructor(eventStore: EventStore) {
    super(eventStore, new Codec<ClientEvent>(clientEvents), clientDecider);
  }
}

/** What a caller wants of one client, on the command bus. */
export class ChangeClient extends Command<Outcome | Rejection> {
  /**
   * @param at when it happened, undefined for now
   * @param request what the caller sent, told apart from a retry by its fingerprint; defaults of ours are no part of it
   */
  constructor(
    readonly clientId: string,
    readonly intent: ClientIntent,
    readonly at: Instant | undefined,
    readonly caller: Caller,
    readonly request: object,
  ) {
    super();
  }
}

@CommandHandler(ChangeClient)
export class ChangeClientHandler implements ICommandHandler<ChangeClient> {
  constructor(
    private readonly clients: ClientDecisions,
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
  ) {}

  async execute({ clientId, intent, at, caller, request }: ChangeClient): Promise<Outcome | Rejection> {
    const stream = clientStream(clientId);
    const now = this.clock.now();
    const frame = { clientId, at: at ?? now, now, lapsesUpTo: now, policy: await this.policies.current() };
    return this.clients.run({
      stream,
      context: contextOf(stream, intent.kind, caller, request),
      onlyAt: caller.onlyAt,
      decide: (state) => clientDecider.decide(state, { ...frame, ...intent }),
    });
  }
}

/** Names of ids that follow from an idempotency key. */
const IDEMPOTENCY_KEYS = '3c9d5f0e-7a43-4b63-9d0b-2f3f6f1b8a11';

/** @returns the id that follows from a caller's key, the same whenever it is sent; a fresh one without a key */
export function idFrom(caller: Caller, purpose: string): string {
  // A key is the caller's own: two callers that both count from 1 do not meet.
  return caller.idempotencyKey === undefined
    ? uuidv4()
    : uuidv5(JSON.stringify([caller.actor.id, purpose, caller.idempotencyKey]), IDEMPOTENCY_KEYS);
}

function contextOf(stream: string, kind: string, caller: Caller, request: object): CommandContext {
  return {
    commandId: idFrom(caller, stream),
    correlationId: caller.requestId,
    causationId: caller.requestId,
    fingerprint: sha256({ kind, request }),
    actor: caller.actor,
    source: 'api',
  };
}
