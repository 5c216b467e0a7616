import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { RepeatFigureParameters, repeatClients } from './repeat-lineage.js';
import { RepeatReport } from './repeat.answer.js';
import { repeat } from './repeat.query.js';

@ApiTags('analytics')
@Controller('analytics/repeat')
@Roles('analyst', 'auditor')
export class RepeatController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: RepeatReport) =>
    rows.map(({ repeat: { numerator, denominator, rate }, within, ...row }) => ({
      ...row,
      ...{ clients: denominator, repeat: numerator, repeatRate: rate },
      ...Object.fromEntries(within.map((one) => [`within${one.days}`, one.rate])),
    })),
  )
  @ApiOperation({
    summary: 'Who comes again, how soon, and how often',
    description:
      'The repeat rate, also within 30 to 365 days, by the period of the first service; the time to the second visit; visits per client and period.',
  })
  @ApiOkResponse({ type: RepeatReport })
  async repeat(
    @Query() parameters: PeriodParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RepeatReport> {
    return answered(reply, await repeat(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of the repeat report',
    description: 'Asked with the parameters of the report, a cohort and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: RepeatFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await repeatClients(this.reports, parameters, wait));
  }
}
