import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal } from '../../src/access/principal.js';
import { Roles } from '../../src/access/roles.js';
import { Clock } from '../../src/clock.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { ApiPage } from '../../src/http/page-schema.js';
import { PageQuery, type Page } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import { Rows } from '../../src/http/representation.js';
import { UuidParam } from '../../src/http/validation.js';
import { answered } from '../read-models.js';
import { ClientSegments, MembersQuery, SegmentMember, SegmentSummary } from './segment-membership.answers.js';
import {
  GetClientSegments,
  GetSegment,
  GetSegmentMembers,
  ListSegments,
} from './segment-membership.queries.js';

const STAY_COLUMNS = ['since', 'until', 'enteredBy', 'leftBy'];
const describesId = ApiParam({ name: 'id', description: 'id of the segment', example: 'state:lapsed' });

@ApiTags('segments')
@Roles('staff', 'analyst', 'auditor')
@Controller('segments')
export class SegmentController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({ summary: 'The segments there are, with the number of clients in each' })
  @ApiPage(SegmentSummary)
  @Rows(undefined, { columns: ['id', 'kind', 'name', 'description', 'size', 'everSize', 'words'] })
  @Get()
  async list(
    @Query() query: PageQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<SegmentSummary>> {
    return answered(reply, await this.queries.execute(new ListSegments(query, wait)));
  }

  @ApiOperation({ summary: 'One segment' })
  @ApiOkResponse({ type: SegmentSummary })
  @describesId
  @Get(':id')
  async one(
    @Param('id') id: string,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentSummary> {
    return answered(reply, await this.queries.execute(new GetSegment(id, wait)));
  }

  @ApiOperation({
    summary: 'The members of a segment, now or on any date; latest entered first',
    description:
      'Facts recorded late restate the past. Analysts get ids and dates, never names. While a new or revised rule is being applied, ' +
      'the header `X-Filled` says to what share of the clients (0–1) it has been, and the members are among those.',
  })
  @ApiPage(SegmentMember)
  @Rows(undefined, { columns: ['clientId', 'name', ...STAY_COLUMNS] })
  @describesId
  @Get(':id/members')
  async members(
    @Param('id') id: string,
    @Query() query: MembersQuery,
    @AwaitPosition() wait: Await | undefined,
    @CurrentPrincipal() { role }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<SegmentMember>> {
    if ((query.channel === undefined) !== (query.kind === undefined)) {
      const path = query.kind === undefined ? 'kind' : 'channel';
      throw Problem.badRequest([{ path, message: 'is wanted too: `channel` and `kind` go together' }]);
    }
    const asOf = query.asOf ?? this.clock.now();
    const withNames = role !== 'analyst';
    const members = await this.queries.execute(new GetSegmentMembers(id, query, asOf, withNames, wait));
    const { page, filled } = answered(reply, members);
    if (filled !== undefined) void reply.header('X-Filled', String(filled));
    return page;
  }
}

@ApiTags('segments')
@Roles('staff', 'auditor')
@Controller('clients/:clientId/segments')
export class ClientSegmentsController {
  constructor(private readonly queries: QueryBus) {}

  @ApiOperation({ summary: 'The segments of a client, now and before' })
  @ApiOkResponse({ type: ClientSegments })
  @Rows(({ now, before }: ClientSegments) => [...now, ...before], {
    columns: ['segment.id', 'segment.kind', 'segment.name', ...STAY_COLUMNS],
  })
  @Get()
  async segments(
    @UuidParam('clientId') clientId: string,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientSegments> {
    return answered(reply, await this.queries.execute(new GetClientSegments(clientId, wait)));
  }
}
