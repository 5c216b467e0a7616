import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { contextOf } from '../access/command-context.js';
import { Roles } from '../access/roles.js';
import { ToClient, type AddressedClient } from '../client/addressed-client.js';
import { answer, type CommandAnswer } from '../client/answer.js';
import { clientStream } from '../client/client.events.js';
import { Changes } from '../client/command-route.js';
import { Erasure } from '../client/identity/identity.events.js';
import { dated } from '../client/occurrence.js';
import { Erasures } from './erasure.service.js';

class EraseClientBody extends dated(Erasure) {}

@ApiTags('identity')
@Roles('admin')
@Controller('clients/:clientId/erasure')
export class ErasureController {
  constructor(private readonly erasures: Erasures) {}

  @Changes('Forget the person, and all clients that were merged into this one. It cannot be undone')
  @Post()
  async erase(@ToClient() client: AddressedClient, @Body() body: EraseClientBody): Promise<CommandAnswer> {
    const { clientId, caller, reply } = client;
    const { occurredAt, ...data } = body;
    const context = contextOf(clientStream(clientId), 'EraseClient', caller, body);
    return answer(
      reply,
      clientId,
      await this.erasures.erase(clientId, data, occurredAt, context, caller.onlyAt),
      200,
    );
  }
}
