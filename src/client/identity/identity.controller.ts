import { Body, Controller, Post } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { contextOf } from '../../access/command-context.js';
import { Roles } from '../../access/roles.js';
import { Rejection } from '../../event-store/decider.js';
import { refused } from '../../http/problem.mapping.js';
import { Text } from '../../schema/fields.js';
import { Uuids } from '../../schema/value-fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import { answer, CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { clientStream } from '../client.events.js';
import { Changes } from '../command-route.js';
import { dated } from '../occurrence.js';
import { Closure, MergedInto, Reopening } from './identity.events.js';
import { Merges, type Merged } from './merges.service.js';

class CloseClientBody extends dated(Closure) {}
class ReopenClientBody extends dated(Reopening) {}
class MergeClientBody extends dated(MergedInto) {}

class Unmerging {
  @Uuids({
    about:
      'services, complaints, bookings … recorded on the survivor meanwhile that go to the restored client',
    optional: true,
  })
  assigned?: string[];

  @Text({ about: 'why they are two after all', optional: true, max: 500 })
  reason?: string;
}
class UnmergeClientBody extends dated(Unmerging) {}

/** What was recorded on the client itself, and where the other one stands after it. */
class MergeAnswer extends CommandAnswer {
  @ApiProperty({ format: 'uuid' }) survivorId!: string;
  @ApiProperty() survivorRevision!: number;
}

@ApiTags('identity')
@Roles('staff')
@Controller('clients/:clientId')
export class IdentityController {
  constructor(
    private readonly commands: ClientCommands,
    private readonly merges: Merges,
  ) {}

  @Changes('Close: the relationship ends by decision')
  @Post('closure')
  close(@ToClient() client: AddressedClient, @Body() body: CloseClientBody): Promise<CommandAnswer> {
    const { occurredAt: _at, ...data } = body;
    return this.commands.send({ kind: 'CloseClient', data }, { ...client, request: body });
  }

  @Changes('Reopen a closed client')
  @Post('reopening')
  reopen(@ToClient() client: AddressedClient, @Body() body: ReopenClientBody): Promise<CommandAnswer> {
    const { occurredAt: _at, ...data } = body;
    return this.commands.send({ kind: 'ReopenClient', data }, { ...client, request: body });
  }

  @Changes('Merge into a survivor, which takes over what counts of this client', MergeAnswer)
  @Post('merge')
  async merge(@ToClient() client: AddressedClient, @Body() body: MergeClientBody): Promise<MergeAnswer> {
    const { clientId, caller } = client;
    const { occurredAt, ...data } = body;
    const context = contextOf(clientStream(clientId), 'MergeInto', caller, body);
    return answerOf(client, await this.merges.merge(clientId, data, occurredAt, context, caller.onlyAt));
  }

  @Changes(
    'Undo a merge: both are as they were, with what was recorded meanwhile where the caller says',
    MergeAnswer,
  )
  @Post('unmerge')
  async unmerge(@ToClient() client: AddressedClient, @Body() body: UnmergeClientBody): Promise<MergeAnswer> {
    const { clientId, caller } = client;
    const { occurredAt, assigned = [], ...data } = body;
    const context = contextOf(clientStream(clientId), 'Unmerge', caller, body);
    const unmerging = { assigned, ...data };
    return answerOf(
      client,
      await this.merges.unmerge(clientId, unmerging, occurredAt, context, caller.onlyAt),
    );
  }
}

function answerOf({ clientId, reply }: AddressedClient, result: Merged | Rejection): MergeAnswer {
  if (result instanceof Rejection) throw refused(result);
  const { client, survivor, survivorId } = result;
  const position = client.position > survivor.position ? client.position : survivor.position;
  const answered = answer(reply, clientId, { ...client, position }, 200);
  return { ...answered, survivorId, survivorRevision: survivor.revision };
}
