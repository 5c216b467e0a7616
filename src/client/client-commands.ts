import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Instant } from '../schema/instant.js';
import type { AddressedClient } from './addressed-client.js';
import { answer, type CommandAnswer } from './answer.js';
import { ChangeClient } from './change-client.js';
import type { ClientIntent } from './client.slices.js';

export interface Sending extends AddressedClient {
  /** what the caller sent: the body (dated() says when), and whatever of the path says more than which client */
  readonly request: object;
  /** what a command that recorded something answers with */
  readonly created?: 200 | 201;
}

/** What every route of a command to a client comes to: send, and answer. */
@Injectable()
export class ClientCommands {
  constructor(private readonly bus: CommandBus) {}

  /** @throws Problem for a refusal: 400 with the path, 404, or 409 with the state and the rule */
  async send(intent: ClientIntent, sending: Sending): Promise<CommandAnswer> {
    const { clientId, caller, reply, request, created = 200 } = sending;
    const { occurredAt } = request as { occurredAt?: Instant };
    const change = new ChangeClient(clientId, intent, occurredAt, caller, request);
    return answer(reply, clientId, await this.bus.execute(change), created);
  }
}
