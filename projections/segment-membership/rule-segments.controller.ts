import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { Clock } from '../../src/clock.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { Problem } from '../../src/http/problem.js';
import { Rows } from '../../src/http/representation.js';
import { UuidParam } from '../../src/http/validation.js';
import { readRule } from '../../src/segment/rule.js';
import { answered } from '../read-models.js';
import {
  AsOfQuery,
  HistoryQuery,
  MemberReason,
  PreviewBody,
  SegmentHistory,
  SegmentPreview,
} from './rule-segments.answers.js';
import { GetMemberReason, GetSegmentHistory, PreviewSegment } from './rule-segments.queries.js';

const describesId = ApiParam({ name: 'id', description: 'id of the segment', example: 'state:lapsed' });

@ApiTags('segments')
@Controller('segments')
export class RuleSegmentsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({
    summary: 'Who would be in a segment, before it is defined',
    description:
      'Counts and samples by a rule, and says it in words. Looks at clients for five seconds at most.',
  })
  @ApiOkResponse({ type: SegmentPreview })
  @Roles('staff')
  @HttpCode(200)
  @Post('preview')
  async preview(
    @Body() { rule: sent }: PreviewBody,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentPreview> {
    const read = readRule(sent);
    if ('faults' in read) throw Problem.badRequest(read.faults);
    return answered(reply, await this.queries.execute(new PreviewSegment(read.rule, wait)));
  }

  @ApiOperation({ summary: 'How many entered and left a segment, period by period' })
  @ApiOkResponse({ type: SegmentHistory })
  @Rows(({ periods }: SegmentHistory) => periods, { columns: ['period', 'entered', 'left', 'size'] })
  @Roles('staff', 'analyst', 'auditor')
  @describesId
  @Get(':id/history')
  async history(
    @Param('id') id: string,
    @Query() query: HistoryQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentHistory> {
    return answered(reply, await this.queries.execute(new GetSegmentHistory(id, query, wait)));
  }

  @ApiOperation({
    summary: 'Why a client is in a segment, or why not',
    description: 'By the rule that was in force at that instant, or, before there was one, the first.',
  })
  @ApiOkResponse({ type: MemberReason })
  @Roles('staff', 'auditor')
  @describesId
  @Get(':id/members/:clientId')
  async reason(
    @Param('id') id: string,
    @UuidParam('clientId') clientId: string,
    @Query() { asOf }: AsOfQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MemberReason> {
    const at = asOf ?? this.clock.now();
    return answered(reply, await this.queries.execute(new GetMemberReason(id, clientId, at, wait)));
  }
}
