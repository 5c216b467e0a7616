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
import { ListedOpportunity, ListedWinBack } from './opportunities.answers.js';
import { OpportunitiesQuery, WinBacksQuery } from './opportunities.parameters.js';
import { ListOpportunities, ListWinBacks } from './opportunities.queries.js';

const CLIENT_COLUMNS = ['clientId', 'name', 'phone', 'email', 'clientState', 'owner'];

@ApiTags('opportunities')
@Roles('staff', 'auditor')
@Controller()
export class OpportunitiesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({
    summary: 'Whom to call today, and why: who brought the most comes first',
    description:
      'A client leaves the list when it is served, booked, or approached: for two weeks after a rebooking or re-engagement message or a win-back attempt, and as long as a follow-up says when. Who was forgotten or refuses all contact is not called.',
  })
  @ApiPage(ListedOpportunity)
  @Rows(undefined, { columns: ['kind', 'why', 'since', 'trade', 'lifetime', ...CLIENT_COLUMNS] })
  @Get('opportunities')
  async opportunities(
    @Query() query: OpportunitiesQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedOpportunity>> {
    const listing = new ListOpportunities(query, this.clock.now(), wait);
    return answered(reply, await this.queries.execute(listing));
  }

  @ApiOperation({
    summary: 'Attempts to win clients back and what came of them; or returns without one. The latest first',
    description: 'Which attempt a return is owed to was settled when it was recorded.',
  })
  @ApiPage(ListedWinBack)
  @Rows(undefined, {
    columns: [
      ...['winBackId', 'organic', 'at', 'channel', 'offer', 'campaign', 'returnedAt', 'serviceId', 'days'],
      ...['services', 'revenue', ...CLIENT_COLUMNS],
    ],
  })
  @Get('win-backs')
  async winBacks(
    @Query() query: WinBacksQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedWinBack>> {
    return answered(reply, await this.queries.execute(new ListWinBacks(query, wait)));
  }
}
