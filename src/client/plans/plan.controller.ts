import { Body, Controller, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes, Creates } from '../command-route.js';
import { dated, Dated } from '../occurrence.js';
import { EndDetails, PauseDetails, PlanEnrolment, PlanTerms } from './plan-details.events.js';

class EnrolPlanBody extends dated(PlanEnrolment) {
  @Uuid({ about: 'id of the plan; made by us if left out', optional: true })
  planId?: string;
}

class ChangePlanBody extends dated(PlanTerms) {}
class PausePlanBody extends dated(PauseDetails) {}
class EndPlanBody extends dated(EndDetails) {}

@ApiTags('plans')
@Roles('staff')
@Controller('clients/:clientId/plans')
export class PlanController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Take up a recurring service or a maintenance plan')
  @Post()
  enrol(@ToClient() client: AddressedClient, @Body() body: EnrolPlanBody): Promise<CommandAnswer> {
    const { planId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { planId, ...details };
    return this.commands.send({ kind: 'EnrolPlan', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Change the terms of a plan; what is left out stays as it is')
  @Patch(':planId')
  change(
    @ToClient() client: AddressedClient,
    @UuidParam('planId') planId: string,
    @Body() body: ChangePlanBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { planId, ...details };
    return this.commands.send({ kind: 'ChangePlan', data }, { ...client, request: { planId, ...body } });
  }

  @Changes('Pause a plan')
  @Post(':planId/pause')
  pause(
    @ToClient() client: AddressedClient,
    @UuidParam('planId') planId: string,
    @Body() body: PausePlanBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { planId, ...details };
    return this.commands.send({ kind: 'PausePlan', data }, { ...client, request: { planId, ...body } });
  }

  @Changes('Go on with a paused plan')
  @Post(':planId/resumption')
  resume(
    @ToClient() client: AddressedClient,
    @UuidParam('planId') planId: string,
    @Body() body: Dated,
  ): Promise<CommandAnswer> {
    return this.commands.send(
      { kind: 'ResumePlan', data: { planId } },
      { ...client, request: { planId, ...body } },
    );
  }

  @Changes('End a plan')
  @Post(':planId/end')
  end(
    @ToClient() client: AddressedClient,
    @UuidParam('planId') planId: string,
    @Body() body: EndPlanBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { planId, ...details };
    return this.commands.send({ kind: 'EndPlan', data }, { ...client, request: { planId, ...body } });
  }
}
