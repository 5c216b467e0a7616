import { Controller, Get, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { callerOf } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { Rejection } from '../../event-store/decider.js';
import type { FastifyReply, FastifyRequest } from '../../http/fastify-types.js';
import { Problem } from '../../http/problem.js';
import { refused } from '../../http/problem.mapping.js';
import { UuidParam } from '../../http/validation.js';
import { InstantField, Text } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';
import { ChangeClient } from '../change-client.js';
import { DocumentsMove, MovedClient, sentOn } from '../moved-client.js';
import { AccessNotes } from './access-notes.service.js';

class AccessNoteShown {
  @Text({ about: 'how to get in', max: 2_000 })
  note!: string;

  @InstantField({ about: 'when it was recorded' })
  recordedAt!: Instant;
}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId/properties/:propertyId/access-note')
export class AccessNoteController {
  constructor(
    private readonly notes: AccessNotes,
    private readonly bus: CommandBus,
  ) {}

  /** The look is recorded first: better not shown than shown and not recorded. */
  @ApiOperation({
    summary: 'How to get into a site. Every look is recorded, with who looked',
  })
  @ApiOkResponse({ type: AccessNoteShown })
  @DocumentsMove()
  @Get()
  async show(
    @UuidParam('clientId') clientId: string,
    @UuidParam('propertyId') propertyId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccessNoteShown | { mergedInto: string }> {
    const found = await this.notes.find(clientId, propertyId);
    if (found instanceof MovedClient) return sentOn(reply, found);
    if (found === null) throw Problem.unknown('it is not on record how to get in there');
    if (typeof found.note !== 'string') throw Problem.unknown('how to get in was forgotten with the client');
    // Every look is one of its own: an idempotency key would make a later one pass for an earlier one.
    const { actor, requestId } = callerOf(request);
    const look = { kind: 'ViewAccessNote' as const, data: { propertyId } };
    const outcome = await this.bus.execute(
      new ChangeClient(clientId, look, undefined, { actor, requestId }, {}),
    );
    if (outcome instanceof Rejection) throw refused(outcome);
    return { note: found.note, recordedAt: found.recordedAt };
  }
}
