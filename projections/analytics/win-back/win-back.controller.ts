import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { inWords, WinBackReport } from './win-back.answer.js';
import { winBack, winBackClients, WinBackFigureParameters, WinBackParameters } from './win-back.query.js';

@ApiTags('analytics')
@Controller('analytics/win-back')
@Roles('analyst', 'auditor')
export class WinBackReportController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: WinBackReport) =>
    rows.map(({ success, revenue, organicRevenue, ...row }) => ({
      ...row,
      ...{ attempts: success.denominator, returned: success.numerator, successRate: success.rate },
      ...{ revenue: inWords(revenue), organicRevenue: inWords(organicRevenue) },
    })),
  )
  @ApiOperation({
    summary: 'What came of attempts to win clients back',
    description:
      'For each period the attempts made in it, the returns owed to them and what those brought until the next lapse; returns without an attempt apart.',
  })
  @ApiOkResponse({ type: WinBackReport })
  async winBack(
    @Query() parameters: WinBackParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WinBackReport> {
    return answered(reply, await winBack(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of the win-back report',
    description: 'Asked with the parameters of the report, a period and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: WinBackFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await winBackClients(this.reports, parameters, wait));
  }
}
