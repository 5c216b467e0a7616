import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { FromCaller, type Caller } from '../../access/caller.js';
import { idFrom } from '../../access/command-context.js';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { dated } from '../occurrence.js';
import { Conversion, CorrectedDetails, ServiceDetails, VoidReason } from './lifecycle.events.js';

class ConvertClientBody extends dated(Conversion) {
  @Uuid({ about: 'id of the client; made by us if left out', optional: true })
  clientId?: string;
}

class RecordServiceBody extends dated(ServiceDetails) {
  @Uuid({ about: 'id of the service; made by us if left out', optional: true })
  serviceId?: string;
}

class CorrectServiceBody extends dated(CorrectedDetails) {}
class VoidServiceBody extends dated(VoidReason) {}

@ApiTags('lifecycle')
@Roles('staff')
@Controller('clients')
export class LifecycleController {
  constructor(private readonly commands: ClientCommands) {}

  @Post()
  @ApiOperation({ summary: 'Convert: the life of a client begins' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async convert(
    @Body() body: ConvertClientBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { clientId = idFrom(caller, 'client'), occurredAt: _at, ...data } = body;
    const answered = await this.commands.send(
      { kind: 'ConvertClient', data },
      { clientId, caller, reply, request: body, created: 201 },
    );
    void reply.header('Location', `/api/v1/clients/${clientId}`);
    return answered;
  }

  @Post(':clientId/services')
  @ApiOperation({ summary: 'Record a completed service; a lapsed client is reactivated by it' })
  @ApiCreatedResponse({ type: CommandAnswer })
  recordService(
    @UuidParam('clientId') clientId: string,
    @Body() body: RecordServiceBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { serviceId = uuidv4(), occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'RecordService', data: { serviceId, ...details } },
      { clientId, caller, reply, request: body, created: 201 },
    );
  }

  @Post(':clientId/services/:serviceId/correction')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put right what was recorded of a service; what is left out stays as it was' })
  @ApiOkResponse({ type: CommandAnswer })
  correct(
    @UuidParam('clientId') clientId: string,
    @UuidParam('serviceId') serviceId: string,
    @Body() body: CorrectServiceBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'CorrectService', data: { ...details, serviceId } },
      { clientId, caller, reply, request: { serviceId, ...body } },
    );
  }

  @Post(':clientId/services/:serviceId/void')
  @HttpCode(200)
  @ApiOperation({ summary: 'Void a service that never took place: it counts nowhere, also not in the past' })
  @ApiOkResponse({ type: CommandAnswer })
  void(
    @UuidParam('clientId') clientId: string,
    @UuidParam('serviceId') serviceId: string,
    @Body() body: VoidServiceBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    return this.commands.send(
      { kind: 'VoidService', data: { ...details, serviceId } },
      { clientId, caller, reply, request: { serviceId, ...body } },
    );
  }
}
