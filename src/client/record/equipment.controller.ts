import { Body, Controller, Post } from '@nestjs/common';
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
import { EquipmentDetails, RetirementDetails, WarrantyDetails } from './equipment.events.js';

class InstallEquipmentBody extends dated(EquipmentDetails) {
  @Uuid({ about: 'id of the equipment; made by us if left out', optional: true })
  equipmentId?: string;
}

class RetireEquipmentBody extends dated(RetirementDetails) {}
class WarrantyBody extends dated(WarrantyDetails) {}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId/equipment')
export class EquipmentController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Record a machine or installation')
  @Post()
  install(@ToClient() client: AddressedClient, @Body() body: InstallEquipmentBody): Promise<CommandAnswer> {
    const { equipmentId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { equipmentId, ...details };
    return this.commands.send({ kind: 'InstallEquipment', data }, { ...client, request: body, created: 201 });
  }

  @Changes('It is no longer there')
  @Post(':equipmentId/retirement')
  retire(
    @ToClient() client: AddressedClient,
    @UuidParam('equipmentId') equipmentId: string,
    @Body() body: RetireEquipmentBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { equipmentId, ...details };
    return this.commands.send(
      { kind: 'RetireEquipment', data },
      { ...client, request: { equipmentId, ...body } },
    );
  }

  @Changes('Record its warranty')
  @Post(':equipmentId/warranty')
  warranty(
    @ToClient() client: AddressedClient,
    @UuidParam('equipmentId') equipmentId: string,
    @Body() body: WarrantyBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { equipmentId, ...details };
    return this.commands.send(
      { kind: 'RecordWarranty', data },
      { ...client, request: { equipmentId, ...body } },
    );
  }
}
