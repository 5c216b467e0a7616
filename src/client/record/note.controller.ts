import { Body, Controller, Post, Put } from '@nestjs/common';
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
import { NoteText } from './note.events.js';

class AddNoteBody extends dated(NoteText) {
  @Uuid({ about: 'id of the note; made by us if left out', optional: true })
  noteId?: string;
}

class AmendNoteBody extends dated(NoteText) {}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId/notes')
export class NoteController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Write a note')
  @Post()
  add(@ToClient() client: AddressedClient, @Body() body: AddNoteBody): Promise<CommandAnswer> {
    const { noteId = uuidv4(), text } = body;
    return this.commands.send(
      { kind: 'AddNote', data: { noteId, text } },
      { ...client, request: body, created: 201 },
    );
  }

  @Changes('Write a note anew; what it said before stays in the history')
  @Put(':noteId')
  amend(
    @ToClient() client: AddressedClient,
    @UuidParam('noteId') noteId: string,
    @Body() body: AmendNoteBody,
  ): Promise<CommandAnswer> {
    const data = { noteId, text: body.text };
    return this.commands.send({ kind: 'AmendNote', data }, { ...client, request: { noteId, ...body } });
  }
}
