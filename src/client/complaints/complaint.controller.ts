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
import { ComplaintDetails, ReopeningDetails, ResolutionDetails } from './complaint.events.js';

class RaiseComplaintBody extends dated(ComplaintDetails) {
  @Uuid({ about: 'id of the complaint; made by us if left out', optional: true })
  complaintId?: string;
}

class ResolveComplaintBody extends dated(ResolutionDetails) {}
class ReopenComplaintBody extends dated(ReopeningDetails) {}

@ApiTags('complaints')
@Roles('staff')
@Controller('clients/:clientId/complaints')
export class ComplaintController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Record a complaint')
  @Post()
  raise(@ToClient() client: AddressedClient, @Body() body: RaiseComplaintBody): Promise<CommandAnswer> {
    const { complaintId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { complaintId, ...details };
    return this.commands.send({ kind: 'RaiseComplaint', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Resolve an open complaint')
  @Post(':complaintId/resolution')
  resolve(
    @ToClient() client: AddressedClient,
    @UuidParam('complaintId') complaintId: string,
    @Body() body: ResolveComplaintBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { complaintId, ...details };
    return this.commands.send(
      { kind: 'ResolveComplaint', data },
      { ...client, request: { complaintId, ...body } },
    );
  }

  @Changes('Reopen a complaint whose resolution did not hold')
  @Post(':complaintId/reopening')
  reopen(
    @ToClient() client: AddressedClient,
    @UuidParam('complaintId') complaintId: string,
    @Body() body: ReopenComplaintBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { complaintId, ...details };
    return this.commands.send(
      { kind: 'ReopenComplaint', data },
      { ...client, request: { complaintId, ...body } },
    );
  }
}
