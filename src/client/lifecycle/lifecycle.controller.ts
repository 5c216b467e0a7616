import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { FromCaller, type Caller } from '../../access/caller.js';
import { idFrom } from '../../access/command-context.js';
import { ClientCommands } from '../client-commands.js';
import { Changes, Creates } from '../command-route.js';
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

  @Creates('Convert: the life of a client begins')
  @Post()
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

  @Creates('Record a completed service; a lapsed client is reactivated by it')
  @Post(':clientId/services')
  recordService(
    @ToClient() client: AddressedClient,
    @Body() body: RecordServiceBody,
  ): Promise<CommandAnswer> {
    const { serviceId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { serviceId, ...details };
    return this.commands.send({ kind: 'RecordService', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Put right what was recorded of a service; what is left out stays as it was')
  @Post(':clientId/services/:serviceId/correction')
  correct(
    @ToClient() client: AddressedClient,
    @UuidParam('serviceId') serviceId: string,
    @Body() body: CorrectServiceBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { ...details, serviceId };
    return this.commands.send(
      { kind: 'CorrectService', data },
      { ...client, request: { serviceId, ...body } },
    );
  }

  @Changes('Void a service that never took place: it counts nowhere, also not in the past')
  @Post(':clientId/services/:serviceId/void')
  void(
    @ToClient() client: AddressedClient,
    @UuidParam('serviceId') serviceId: string,
    @Body() body: VoidServiceBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { ...details, serviceId };
    return this.commands.send({ kind: 'VoidService', data }, { ...client, request: { serviceId, ...body } });
  }
}
