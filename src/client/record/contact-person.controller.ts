import { Body, Controller, Delete, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes, Creates } from '../command-route.js';
import { dated } from '../occurrence.js';
import { ContactDetails } from './contact-person.events.js';

class LinkContactBody extends dated(ContactDetails) {
  @Uuid({ about: 'id of the contact; made by us if left out', optional: true })
  contactId?: string;
}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId/contacts')
export class ContactPersonController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Add a person to talk to')
  @Post()
  link(@ToClient() client: AddressedClient, @Body() body: LinkContactBody): Promise<CommandAnswer> {
    const { contactId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { contactId, ...details };
    return this.commands.send({ kind: 'LinkContact', data }, { ...client, request: body, created: 201 });
  }

  @Changes('The person is no longer to be talked to')
  @Delete(':contactId')
  unlink(
    @ToClient() client: AddressedClient,
    @UuidParam('contactId') contactId: string,
  ): Promise<CommandAnswer> {
    return this.commands.send(
      { kind: 'UnlinkContact', data: { contactId } },
      { ...client, request: { contactId } },
    );
  }
}
