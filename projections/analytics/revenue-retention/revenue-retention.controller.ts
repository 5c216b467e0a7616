import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { RevenueRetentionReport } from './revenue-retention.answer.js';
import {
  revenueRetention,
  revenueRetentionClients,
  RevenueRetentionFigureParameters,
  RevenueRetentionParameters,
} from './revenue-retention.query.js';

@ApiTags('analytics')
@Controller('analytics/revenue-retention')
@Roles('analyst', 'auditor')
export class RevenueRetentionController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: RevenueRetentionReport) =>
    rows.map(({ logo, gross, net, ...row }) => ({
      ...row,
      ...{ baseClients: logo.denominator, retainedClients: logo.numerator, logoRetention: logo.rate },
      ...{ baseMinor: net.denominator, grossMinor: gross.numerator, netMinor: net.numerator },
      ...{ grossRetention: gross.rate, netRetention: net.rate },
    })),
  )
  @ApiOperation({
    summary: 'What clients of one window bring in the next',
    description: 'Gross, net and logo retention of revenue, quarter by quarter or year by year.',
  })
  @ApiOkResponse({ type: RevenueRetentionReport })
  async revenueRetention(
    @Query() parameters: RevenueRetentionParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RevenueRetentionReport> {
    return answered(reply, await revenueRetention(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of revenue retention',
    description: 'Asked with the parameters of the report, a period, a currency and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: RevenueRetentionFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await revenueRetentionClients(this.reports, parameters, wait));
  }
}
