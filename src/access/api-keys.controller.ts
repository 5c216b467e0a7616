import { Body, Controller, Delete, Get, HttpCode, Logger, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PageQuery } from '../http/paging.js';
import { ApiPage } from '../http/page-schema.js';
import { Problem } from '../http/problem.js';
import { Rows } from '../http/representation.js';
import { UuidParam } from '../http/validation.js';
import { ApiKeyRecord, IssuedApiKey, NewApiKey } from './api-keys.dto.js';
import { ApiKeys } from './api-keys.service.js';
import { CurrentPrincipal, type Principal } from './principal.js';
import { Roles } from './roles.js';

@ApiTags('access')
@Roles('admin')
@Controller('api-keys')
export class ApiKeysController {
  private readonly logger = new Logger('Access');

  constructor(private readonly keys: ApiKeys) {}

  @ApiOperation({
    summary: 'Issue an API key',
    description: 'The answer is the only place where the key is shown.',
  })
  @ApiCreatedResponse({ type: IssuedApiKey })
  @Post()
  async issue(
    @Body() { name, role }: NewApiKey,
    @CurrentPrincipal() principal: Principal,
  ): Promise<IssuedApiKey> {
    const { key, record } = await this.keys.issue(name, role);
    this.logger.log('an API key was issued', { keyId: record.id, role, by: principal.id });
    return { ...ApiKeyRecord.of(record), key };
  }

  @ApiOperation({ summary: 'List API keys, oldest first' })
  @ApiPage(ApiKeyRecord)
  @Rows()
  @Get()
  async list(@Query() query: PageQuery) {
    const page = await this.keys.list(query);
    return { ...page, items: page.items.map((key) => ApiKeyRecord.of(key)) };
  }

  @ApiOperation({ summary: 'Revoke an API key', description: 'The last admin key cannot be revoked.' })
  @Delete(':id')
  @HttpCode(204)
  async revoke(@UuidParam('id') id: string, @CurrentPrincipal() principal: Principal): Promise<void> {
    const outcome = await this.keys.revoke(id);
    if (outcome === 'unknown') throw Problem.unknown('there is no API key of this id');
    if (outcome === 'last-admin')
      throw Problem.illegalState('it is the last admin key; issue another one first', {
        state: 'last admin key',
        rule: 'there is always an admin key',
      });
    this.logger.log('an API key was revoked', { keyId: id, by: principal.id });
  }
}
