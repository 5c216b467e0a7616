import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { Reports } from '../reports.js';
import { inWords } from '../win-back/win-back.answer.js';
import { OverviewReport } from './overview.answer.js';
import { overview, OverviewParameters } from './overview.query.js';

@ApiTags('analytics')
@Controller('analytics/overview')
@Roles('analyst', 'auditor')
export class OverviewController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: OverviewReport) =>
    rows.map(({ churn, returning, revenue, frequency, csat, complaintRate, ...row }) => ({
      ...row,
      ...{ churn: churn.rate, returning: returning.rate, revenue: inWords(revenue) },
      ...{ frequency: frequency.rate, csat: csat.rate, complaintRate: complaintRate.rate },
    })),
  )
  @ApiOperation({
    summary: 'The key figures at a glance, and their trend',
    description:
      'Each is taken from the report that it belongs to, which opens it into its clients: lapses, lifecycle, repeat, satisfaction, complaints.',
  })
  @ApiOkResponse({ type: OverviewReport })
  async overview(
    @Query() parameters: OverviewParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OverviewReport> {
    return answered(reply, await overview(this.reports, parameters, wait));
  }
}
