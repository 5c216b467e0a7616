import { Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { ClientDecisions } from '../client/change-client.js';
import { clientDecider } from '../client/client.decider.js';
import { clientStream } from '../client/client.events.js';
import type { Erasure } from '../client/identity/identity.events.js';
import { Clock } from '../clock.js';
import { Rejection } from '../event-store/decider.js';
import type { Outcome } from '../event-store/decision-runner.js';
import type { CommandContext } from '../event-store/envelope.js';
import { sha256 } from '../event-store/hash-chain.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import type { Instant } from '../schema/instant.js';
import { ClientKeys } from './client-keys.js';

/** Names of the commands that record erasures. */
const ERASURES = '0b7f3f5c-6a0f-4d35-9d21-8d5b8f0c5f6e';
const AT_ONCE = 200;

/**
 * Forgets a person: first the key is destroyed, which cannot be undone, then the fact is recorded. Broken off between the
 * two, the key table remembers what is still to be recorded, and `finish` does it.
 */
@Injectable()
export class Erasures {
  constructor(
    private readonly clients: ClientDecisions,
    private readonly keys: ClientKeys,
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
  ) {}

  /**
   * A client that absorbed others is the same person as they: all of them are forgotten.
   * @returns what was recorded on the client itself
   */
  async erase(
    clientId: string,
    data: Erasure,
    at: Instant | undefined,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Outcome | Rejection> {
    const { lifecycle } = (await this.clients.load(clientStream(clientId))).state;
    if (lifecycle.convertedAt === null) return Rejection.unknown('there is no such client');
    if (at !== undefined && at > this.clock.now())
      return Rejection.invalid('occurredAt', 'must not lie in the future');
    const others = lifecycle.absorbed.map((one) => one.clientId);
    await this.keys.destroy([clientId, ...others]);
    for (const other of others) {
      await this.record(other, data, at, { ...context, commandId: uuidv5(other, context.commandId) });
    }
    return this.record(clientId, data, at, context, onlyAt);
  }

  /** Records the erasures that were broken off. @returns how many */
  async finish(): Promise<number> {
    const unrecorded = await this.keys.unrecordedErasures(AT_ONCE);
    for (const clientId of unrecorded) {
      const commandId = uuidv5(clientId, ERASURES);
      const ids = { commandId, correlationId: commandId, causationId: commandId };
      const actor = { id: 'automation', role: 'automation' };
      await this.record(clientId, {}, undefined, {
        ...ids,
        fingerprint: sha256(clientId),
        actor,
        source: 'automation',
      });
    }
    return unrecorded.length;
  }

  private async record(
    clientId: string,
    data: Erasure,
    at: Instant | undefined,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Outcome | Rejection> {
    const now = this.clock.now();
    const frame = { clientId, at: at ?? now, now, lapsesUpTo: now, policy: await this.policies.current() };
    const outcome = await this.clients.run({
      stream: clientStream(clientId),
      context,
      onlyAt,
      decide: (state) => clientDecider.decide(state, { ...frame, kind: 'EraseClient', data }),
    });
    await this.keys.erasureRecorded(clientId);
    return outcome;
  }
}
