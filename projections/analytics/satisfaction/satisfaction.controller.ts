import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { SatisfactionReport } from './satisfaction.answer.js';
import {
  satisfaction,
  satisfactionClients,
  SatisfactionFigureParameters,
  SatisfactionParameters,
} from './satisfaction.query.js';

@ApiTags('analytics')
@Controller('analytics/satisfaction')
@Roles('analyst', 'auditor')
export class SatisfactionController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: SatisfactionReport) =>
    rows.map(({ csat, nps, stars, response, ...row }) => ({
      ...row,
      ...{ csatAnswers: csat.denominator, csat: csat.rate },
      ...{ npsAnswers: nps.answers, nps: nps.score, npsMargin: nps.margin },
      ...{ starsAnswers: stars.denominator, stars: stars.rate },
      ...{ asked: response.denominator, responseRate: response.rate },
    })),
  )
  @ApiOperation({
    summary: 'What clients say of us',
    description: 'CSAT, NPS with its margin of error, stars and the response rate, period by period.',
  })
  @ApiOkResponse({ type: SatisfactionReport })
  async satisfaction(
    @Query() parameters: SatisfactionParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SatisfactionReport> {
    return answered(reply, await satisfaction(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of satisfaction',
    description: 'Asked with the parameters of the report, a period and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: SatisfactionFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await satisfactionClients(this.reports, parameters, wait));
  }
}
