import { Body, Controller, Patch, Post, Put } from '@nestjs/common';
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
import { AccessNoteText, PropertyDetails } from './property.events.js';

class AddPropertyBody extends dated(PropertyDetails) {
  @Uuid({ about: 'id of the property; made by us if left out', optional: true })
  propertyId?: string;
}

class ChangePropertyBody extends dated(PropertyDetails) {}
class AccessNoteBody extends dated(AccessNoteText) {}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId/properties')
export class PropertyController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Add a site')
  @Post()
  add(@ToClient() client: AddressedClient, @Body() body: AddPropertyBody): Promise<CommandAnswer> {
    const { propertyId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { propertyId, ...details };
    return this.commands.send({ kind: 'AddProperty', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Change what is known of a site; what is left out stays as it is')
  @Patch(':propertyId')
  change(
    @ToClient() client: AddressedClient,
    @UuidParam('propertyId') propertyId: string,
    @Body() body: ChangePropertyBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { propertyId, ...details };
    return this.commands.send(
      { kind: 'ChangeProperty', data },
      { ...client, request: { propertyId, ...body } },
    );
  }

  @Changes('Write down how to get in; the note before no longer holds')
  @Put(':propertyId/access-note')
  accessNote(
    @ToClient() client: AddressedClient,
    @UuidParam('propertyId') propertyId: string,
    @Body() body: AccessNoteBody,
  ): Promise<CommandAnswer> {
    const data = { propertyId, note: body.note };
    return this.commands.send(
      { kind: 'RecordAccessNote', data },
      { ...client, request: { propertyId, ...body } },
    );
  }
}
