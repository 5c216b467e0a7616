import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { Clock } from '../../src/clock.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { ApiPage } from '../../src/http/page-schema.js';
import type { Page } from '../../src/http/paging.js';
import { Rows } from '../../src/http/representation.js';
import { answered } from '../read-models.js';
import { DirectoryEntry, DirectoryQuery } from './client-directory.answers.js';
import { ListClients } from './client-directory.queries.js';

const COLUMNS = [
  ...['clientId', 'name', 'email', 'phone', 'address', 'clientType', 'trade', 'owner', 'tags', 'state'],
  ...[
    'stateSince',
    'convertedAt',
    'firstServicedAt',
    'lastServicedAt',
    'services',
    'lifetime',
    'lapsedSince',
  ],
  'erased',
];

@ApiTags('clients')
@Roles('staff', 'auditor')
@Controller('clients')
export class ClientDirectoryController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({
    summary: 'The directory: clients by what is known of them, the best match or the latest conversion first',
    description:
      'A client that was merged into another is found as that one. Somebody who was forgotten is listed, without anything personal, and found by no search.',
  })
  @ApiPage(DirectoryEntry)
  @Rows(undefined, { columns: COLUMNS })
  @Get()
  async list(
    @Query() query: DirectoryQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<DirectoryEntry>> {
    return answered(reply, await this.queries.execute(new ListClients(query, this.clock.now(), wait)));
  }
}
