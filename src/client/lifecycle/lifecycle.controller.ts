import { Body, Controller, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { UuidParam } from '../../http/validation.js';
import { InstantField, Uuid } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';
import { answer, CommandAnswer } from '../answer.js';
import { FromCaller } from '../caller.js';
import { ChangeClient, idFrom, type Caller } from '../change-client.js';
import { shippedLapsePolicy } from './lapse-policy.js';
import { Conversion, ServiceDetails } from './lifecycle.events.js';

class ConvertClientBody extends Conversion {
  @Uuid({ about: 'id of the client; made by us if left out', optional: true })
  clientId?: string;

  @InstantField({ about: 'when the lead converted; now if left out', optional: true })
  occurredAt?: Instant;
}

class RecordServiceBody extends ServiceDetails {
  @Uuid({ about: 'id of the service; made by us if left out', optional: true })
  serviceId?: string;

  @InstantField({ about: 'when it was done; now if left out', optional: true })
  occurredAt?: Instant;
}

@ApiTags('lifecycle')
@Roles('staff')
@Controller('clients')
export class LifecycleController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @ApiOperation({ summary: 'Convert: the life of a client begins' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async convert(
    @Body() body: ConvertClientBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { clientId = idFrom(caller, 'client'), occurredAt, ...data } = body;
    const now = new Date().toISOString();
    const command = { kind: 'ConvertClient' as const, at: occurredAt ?? now, now, data };
    const result = await this.commands.execute(new ChangeClient(clientId, command, caller, body));
    const answered = answer(reply, result, 201);
    void reply.header('Location', `/api/v1/clients/${clientId}`);
    return answered;
  }

  @Post(':clientId/services')
  @ApiOperation({ summary: 'Record a completed service; a lapsed client is reactivated by it' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async recordService(
    @UuidParam('clientId') clientId: string,
    @Body() body: RecordServiceBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { serviceId = uuidv4(), occurredAt, ...details } = body;
    const now = new Date().toISOString();
    const command = {
      kind: 'RecordService' as const,
      clientId,
      at: occurredAt ?? now,
      now,
      lapsesUpTo: now,
      policy: shippedLapsePolicy,
      data: { serviceId, ...details },
    };
    return answer(reply, await this.commands.execute(new ChangeClient(clientId, command, caller, body)), 201);
  }
}
