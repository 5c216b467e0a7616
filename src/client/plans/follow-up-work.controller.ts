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
import {
  AcceptanceDetails,
  Adjustment,
  CompletionDetails,
  FollowUpDetails,
  RecommendationDetails,
  RefusalDetails,
} from './follow-up-work.events.js';

class RecommendBody extends dated(RecommendationDetails) {
  @Uuid({ about: 'id of the recommendation; made by us if left out', optional: true })
  recommendationId?: string;
}

class ScheduleFollowUpBody extends dated(FollowUpDetails) {
  @Uuid({ about: 'id of the follow-up; made by us if left out', optional: true })
  followUpId?: string;
}

class AcceptBody extends dated(AcceptanceDetails) {}
class RefuseBody extends dated(RefusalDetails) {}
class CompleteBody extends dated(CompletionDetails) {}
class AdjustmentBody extends dated(Adjustment) {}

@ApiTags('follow-up work')
@Roles('staff')
@Controller('clients/:clientId')
export class FollowUpWorkController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Recommend further work')
  @Post('recommendations')
  recommend(@ToClient() client: AddressedClient, @Body() body: RecommendBody): Promise<CommandAnswer> {
    const { recommendationId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { recommendationId, ...details };
    return this.commands.send(
      { kind: 'MakeRecommendation', data },
      { ...client, request: body, created: 201 },
    );
  }

  @Changes('The client wants it done')
  @Post('recommendations/:recommendationId/acceptance')
  accept(
    @ToClient() client: AddressedClient,
    @UuidParam('recommendationId') recommendationId: string,
    @Body() body: AcceptBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { recommendationId, ...details };
    const request = { recommendationId, ...body };
    return this.commands.send({ kind: 'AcceptRecommendation', data }, { ...client, request });
  }

  @Changes('The client does not want it done')
  @Post('recommendations/:recommendationId/refusal')
  refuse(
    @ToClient() client: AddressedClient,
    @UuidParam('recommendationId') recommendationId: string,
    @Body() body: RefuseBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { recommendationId, ...details };
    const request = { recommendationId, ...body };
    return this.commands.send({ kind: 'DeclineRecommendation', data }, { ...client, request });
  }

  @Creates('Schedule something to be done for the client')
  @Post('follow-ups')
  schedule(@ToClient() client: AddressedClient, @Body() body: ScheduleFollowUpBody): Promise<CommandAnswer> {
    const { followUpId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { followUpId, ...details };
    return this.commands.send({ kind: 'ScheduleFollowUp', data }, { ...client, request: body, created: 201 });
  }

  @Changes('It is done')
  @Post('follow-ups/:followUpId/completion')
  complete(
    @ToClient() client: AddressedClient,
    @UuidParam('followUpId') followUpId: string,
    @Body() body: CompleteBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { followUpId, ...details };
    return this.commands.send(
      { kind: 'CompleteFollowUp', data },
      { ...client, request: { followUpId, ...body } },
    );
  }

  @Creates('Record a change of price or scope agreed with the client')
  @Post('adjustments')
  adjust(@ToClient() client: AddressedClient, @Body() body: AdjustmentBody): Promise<CommandAnswer> {
    const { occurredAt: _at, ...data } = body;
    return this.commands.send({ kind: 'AgreeAdjustment', data }, { ...client, request: body, created: 201 });
  }
}
