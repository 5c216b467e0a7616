import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { UuidParam } from '../../http/validation.js';
import { InstantField, Uuid } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';
import { answer, CommandAnswer } from '../answer.js';
import { FromCaller } from '../caller.js';
import { ChangeClient, type Caller } from '../change-client.js';
import { ComplaintDetails, ResolutionDetails } from './complaint.events.js';

class RaiseComplaintBody extends ComplaintDetails {
  @Uuid({ about: 'id of the complaint; made by us if left out', optional: true })
  complaintId?: string;

  @InstantField({ about: 'when the client complained; now if left out', optional: true })
  occurredAt?: Instant;
}

class ResolveComplaintBody extends ResolutionDetails {
  @InstantField({ about: 'when it was resolved; now if left out', optional: true })
  occurredAt?: Instant;
}

@ApiTags('complaints')
@Roles('staff')
@Controller('clients/:clientId/complaints')
export class ComplaintController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @ApiOperation({ summary: 'Record a complaint' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async raise(
    @UuidParam('clientId') clientId: string,
    @Body() body: RaiseComplaintBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { complaintId = uuidv4(), occurredAt, ...details } = body;
    const now = new Date().toISOString();
    const data = { complaintId, ...details };
    const command = { kind: 'RaiseComplaint' as const, at: occurredAt ?? now, now, data };
    return answer(reply, await this.commands.execute(new ChangeClient(clientId, command, caller, body)), 201);
  }

  @Post(':complaintId/resolution')
  @HttpCode(200)
  @ApiOperation({ summary: 'Resolve an open complaint' })
  @ApiOkResponse({ type: CommandAnswer })
  async resolve(
    @UuidParam('clientId') clientId: string,
    @UuidParam('complaintId') complaintId: string,
    @Body() body: ResolveComplaintBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { occurredAt, ...details } = body;
    const now = new Date().toISOString();
    const data = { complaintId, ...details };
    const command = { kind: 'ResolveComplaint' as const, at: occurredAt ?? now, now, data };
    const request = { complaintId, ...body };
    return answer(
      reply,
      await this.commands.execute(new ChangeClient(clientId, command, caller, request)),
      200,
    );
  }
}
