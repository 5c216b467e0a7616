import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import { OneOf, Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Creates } from '../command-route.js';
import { dated } from '../occurrence.js';
import { AttemptDetails, Communication, FeedbackDetails } from './contact.events.js';

class RecordCommunicationBody extends dated(Communication) {
  @OneOf(['sent', 'received'], { about: 'to the client, or from it' })
  direction!: 'sent' | 'received';
}

class AttemptReactivationBody extends dated(AttemptDetails) {
  @Uuid({ about: 'id of the attempt; made by us if left out', optional: true })
  attemptId?: string;
}

class ReceiveFeedbackBody extends dated(FeedbackDetails) {
  @Uuid({ about: 'id of the feedback; made by us if left out', optional: true })
  feedbackId?: string;
}

@ApiTags('contact')
@Roles('staff')
@Controller('clients/:clientId')
export class ContactController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Record a message sent to the client or received from it')
  @Post('communications')
  communicate(
    @ToClient() client: AddressedClient,
    @Body() body: RecordCommunicationBody,
  ): Promise<CommandAnswer> {
    const { direction, occurredAt: _at, ...communication } = body;
    const data = { direction, communication };
    return this.commands.send(
      { kind: 'RecordCommunication', data },
      { ...client, request: body, created: 201 },
    );
  }

  @Creates('Record an attempt to win the client back')
  @Post('reactivation-attempts')
  attempt(
    @ToClient() client: AddressedClient,
    @Body() body: AttemptReactivationBody,
  ): Promise<CommandAnswer> {
    const { attemptId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { attemptId, ...details };
    return this.commands.send(
      { kind: 'AttemptReactivation', data },
      { ...client, request: body, created: 201 },
    );
  }

  @Creates('Record what the client thinks of us')
  @Post('feedback')
  feedback(@ToClient() client: AddressedClient, @Body() body: ReceiveFeedbackBody): Promise<CommandAnswer> {
    const { feedbackId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { feedbackId, ...details };
    return this.commands.send({ kind: 'ReceiveFeedback', data }, { ...client, request: body, created: 201 });
  }
}
