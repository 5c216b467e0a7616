import { Body, Controller, Delete, Param, Put, type PipeTransform } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../access/roles.js';
import { Problem } from '../../http/problem.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes } from '../command-route.js';
import { dated } from '../occurrence.js';
import { CommunicationPreference, isPreferenceKey, KEY_SAYS, PreferenceValue } from './preference.events.js';

class SetPreferenceBody extends dated(PreferenceValue) {}
class CommunicationPreferenceBody extends dated(CommunicationPreference) {}

class KeyPipe implements PipeTransform<string, string> {
  transform(key: string): string {
    if (isPreferenceKey(key)) return key;
    throw Problem.badRequest([{ path: 'key', message: `must be ${KEY_SAYS}` }]);
  }
}

@ApiTags('record')
@Roles('staff')
@Controller('clients/:clientId')
export class PreferenceController {
  constructor(private readonly commands: ClientCommands) {}

  @Changes('Record what the client wants: a preferred or excluded technician, a time of day …')
  @Put('preferences/:key')
  set(
    @ToClient() client: AddressedClient,
    @Param('key', KeyPipe) key: string,
    @Body() body: SetPreferenceBody,
  ): Promise<CommandAnswer> {
    const data = { key, value: body.value };
    return this.commands.send({ kind: 'SetPreference', data }, { ...client, request: { key, ...body } });
  }

  @Changes('It no longer holds')
  @Delete('preferences/:key')
  clear(@ToClient() client: AddressedClient, @Param('key', KeyPipe) key: string): Promise<CommandAnswer> {
    return this.commands.send({ kind: 'ClearPreference', data: { key } }, { ...client, request: { key } });
  }

  @Changes('Record what the client agreed to, or did not: a channel for a purpose')
  @Put('communication-preferences')
  consent(
    @ToClient() client: AddressedClient,
    @Body() body: CommunicationPreferenceBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...data } = body;
    return this.commands.send({ kind: 'ChangeCommunicationPreference', data }, { ...client, request: body });
  }
}
