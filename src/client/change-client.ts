import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../access/caller.js';
import { contextOf } from '../access/command-context.js';
import { Codec } from '../event-store/codec.js';
import type { Rejection } from '../event-store/decider.js';
import { DecisionRunner, type Outcome } from '../event-store/decision-runner.js';
import { EventStore } from '../event-store/event-store.js';
import { Clock } from '../clock.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import type { Instant } from '../schema/instant.js';
import { clientDecider } from './client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from './client.events.js';
import type { ClientIntent, ClientState } from './client.slices.js';

/** The decisions of all clients, with the states of those lately seen. */
@Injectable()
export class ClientDecisions extends DecisionRunner<ClientState, ClientEvent> {
  constructor(eventStore: EventStore, keys: ClientKeys) {
    super(eventStore, new Codec<ClientEvent>(clientEvents, keys), clientDecider);
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
    private readonly keys: ClientKeys,
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
  ) {}

  async execute({ clientId, intent, at, caller, request }: ChangeClient): Promise<Outcome | Rejection> {
    const stream = clientStream(clientId);
    const now = this.clock.now();
    const frame = { clientId, at: at ?? now, now, lapsesUpTo: now, policy: await this.policies.current() };
    // A bare hash of a request would let anybody who reads the log guess at a name or a telephone number.
    const { kind } = intent;
    const fingerprint = await this.keys.blind(clientId, { kind, request }, kind === 'ConvertClient');
    return this.clients.run({
      stream,
      context: contextOf(stream, kind, caller, request, fingerprint),
      onlyAt: caller.onlyAt,
      decide: (state) => clientDecider.decide(state, { ...frame, ...intent }),
    });
  }
}
