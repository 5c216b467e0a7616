import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { FromCaller, type Caller } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
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

  @Post()
  @ApiOperation({ summary: 'Record a complaint' })
  @ApiCreatedResponse({ type: CommandAnswer })
  raise(
    @UuidParam('clientId') clientId: string,
    @Body() body: RaiseComplaintBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { complaintId = uuidv4(), occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'RaiseComplaint', data: { complaintId, ...details } },
      { clientId, caller, reply, request: body, created: 201 },
    );
  }

  @Post(':complaintId/resolution')
  @HttpCode(200)
  @ApiOperation({ summary: 'Resolve an open complaint' })
  @ApiOkResponse({ type: CommandAnswer })
  resolve(
    @UuidParam('clientId') clientId: string,
    @UuidParam('complaintId') complaintId: string,
    @Body() body: ResolveComplaintBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'ResolveComplaint', data: { complaintId, ...details } },
      { clientId, caller, reply, request: { complaintId, ...body } },
    );
  }

  @Post(':complaintId/reopening')
  @HttpCode(200)
  @ApiOperation({ summary: 'Reopen a complaint whose resolution did not hold' })
  @ApiOkResponse({ type: CommandAnswer })
  reopen(
    @UuidParam('clientId') clientId: string,
    @UuidParam('complaintId') complaintId: string,
    @Body() body: ReopenComplaintBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'ReopenComplaint', data: { complaintId, ...details } },
      { clientId, caller, reply, request: { complaintId, ...body } },
    );
  }
}
