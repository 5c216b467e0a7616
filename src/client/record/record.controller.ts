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
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { FromCaller, type Caller } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { FastifyReply } from '../../http/fastify-types.js';
import { Problem } from '../../http/problem.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { dated } from '../occurrence.js';
import { isTag, NoteText, TAG_SAYS } from './record.events.js';

class AddNoteBody extends dated(NoteText) {
  @Uuid({ about: 'id of the note; made by us if left out', optional: true })
  noteId?: string;
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
  constructor(private readonly commands: ClientCommands) {}

  @Post('notes')
  @ApiOperation({ summary: 'Write a note' })
  @ApiCreatedResponse({ type: CommandAnswer })
  note(
    @UuidParam('clientId') clientId: string,
    @Body() body: AddNoteBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandAnswer> {
    const { noteId = uuidv4(), text } = body;
    return this.commands.send(
      { kind: 'AddNote', data: { noteId, text } },
      { clientId, caller, reply, request: body, created: 201 },
    );
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
    const request = { tag };
    return this.commands.send({ kind: 'AddTag', data: { tag } }, { clientId, caller, reply, request });
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
    const request = { tag };
    return this.commands.send({ kind: 'RemoveTag', data: { tag } }, { clientId, caller, reply, request });
  }
}
