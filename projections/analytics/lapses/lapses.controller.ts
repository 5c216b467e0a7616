import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LapsesReport } from './lapses.answer.js';
import { LapsesParameters } from './lapses.parameters.js';
import { GetLapses } from './lapses.query.js';

@ApiTags('analytics')
@Controller('analytics/lapses')
@Roles('analyst', 'auditor')
export class LapsesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Rows(({ rows }: LapsesReport) =>
    rows.map(({ churn, ...row }) => ({ ...row, lapsedOfOpening: churn.numerator, churnRate: churn.rate })),
  )
  @ApiOperation({
    summary: 'Active clients and what became of them',
    description:
      'For every period the active clients at its beginning and end, and what came between: the balance, and churn.',
  })
  @ApiOkResponse({ type: LapsesReport })
  async lapses(
    @Query() parameters: LapsesParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LapsesReport> {
    return answered(reply, await this.queries.execute(new GetLapses(parameters, wait)));
  }
}
