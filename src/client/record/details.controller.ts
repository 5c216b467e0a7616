import { Body, Controller, Delete, Param, Patch, Put, type PipeTransform } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../access/roles.js';
import { Problem } from '../../http/problem.js';
import { Text } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes } from '../command-route.js';
import { dated } from '../occurrence.js';
import { ClientDetails, isTag, TAG_SAYS } from './details.events.js';

class ChangeDetailsBody extends dated(ClientDetails) {
  @Text({ about: 'who of the staff looks after the client', optional: true, max: 80 })
  owner?: string;
}

class TagPipe implements PipeTransform<string, string> {
  transform(tag: string): string {
    if (isTag(tag)) return tag;
    throw Problem.badRequest([{ path: 'tag', message: `must be ${TAG_SAYS}` }]);
  }
}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId')
export class DetailsController {
  constructor(private readonly commands: ClientCommands) {}

  @Changes('Change details; what is left out stays as it is')
  @Patch()
  change(@ToClient() client: AddressedClient, @Body() body: ChangeDetailsBody): Promise<CommandAnswer> {
    const { occurredAt: _at, owner, ...details } = body;
    const data = { details, ...(owner === undefined ? {} : { owner }) };
    return this.commands.send({ kind: 'ChangeDetails', data }, { ...client, request: body });
  }

  @Changes('Put a tag on')
  @Put('tags/:tag')
  tag(@ToClient() client: AddressedClient, @Param('tag', TagPipe) tag: string): Promise<CommandAnswer> {
    return this.commands.send({ kind: 'AddTag', data: { tag } }, { ...client, request: { tag } });
  }

  @Changes('Take a tag off')
  @Delete('tags/:tag')
  untag(@ToClient() client: AddressedClient, @Param('tag', TagPipe) tag: string): Promise<CommandAnswer> {
    return this.commands.send({ kind: 'RemoveTag', data: { tag } }, { ...client, request: { tag } });
  }
}
