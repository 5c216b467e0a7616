import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Param,
  Post,
  Put,
  Res,
  type PipeTransform,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { Problem } from '../../http/problem.js';
import { UuidParam } from '../../http/validation.js';
import { InstantField, Uuid } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';
import { answer, CommandAnswer } from '../answer.js';
import { FromCaller } from '../caller.js';
import { ChangeClient, type Caller } from '../change-client.js';
import { isTag, NoteText, TAG_SAYS } from './record.events.js';

class AddNoteBody extends NoteText {
  @Uuid({ about: 'id of the note; made by us if left out', optional: true })
  noteId?: string;

  @InstantField({ about: 'when it was noted; now if left out', optional: true })
  occurredAt?: Instant;
}

class TagPipe implements PipeTransform<string, string> {
  transform(tag: string): string {
    if (isTag(tag)) return tag;
    throw Problem.badRequest([{ path: 'tag', message: `must be ${TAG_SAYS}` }]);
  }
}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId')
export class RecordController {
  constructor(private readonly commands: CommandBus) {}

  @Post('notes')
  @ApiOperation({ summary: 'Write a note' })
  @ApiCreatedResponse({ type: CommandAnswer })
  async note(
    @UuidParam('clientId') clientId: string,
    @Body() body: AddNoteBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { noteId = uuidv4(), occurredAt, text } = body;
    const now = new Date().toISOString();
    const command = { kind: 'AddNote' as const, at: occurredAt ?? now, now, data: { noteId, text } };
    return answer(reply, await this.commands.execute(new ChangeClient(clientId, command, caller, body)), 201);
  }

  @Put('tags/:tag')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put a tag on' })
  @ApiOkResponse({ type: CommandAnswer })
  tag(
    @UuidParam('clientId') clientId: string,
    @Param('tag', TagPipe) tag: string,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.changeTag('AddTag', clientId, tag, caller, reply);
  }

  @Delete('tags/:tag')
  @ApiOperation({ summary: 'Take a tag off' })
  @ApiOkResponse({ type: CommandAnswer })
  untag(
    @UuidParam('clientId') clientId: string,
    @Param('tag', TagPipe) tag: string,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    return this.changeTag('RemoveTag', clientId, tag, caller, reply);
  }

  private async changeTag(
    kind: 'AddTag' | 'RemoveTag',
    clientId: string,
    tag: string,
    caller: Caller,
    reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const now = new Date().toISOString();
    const command = { kind, at: now, now, tag };
    return answer(
      reply,
      await this.commands.execute(new ChangeClient(clientId, command, caller, { tag })),
      200,
    );
  }
}
