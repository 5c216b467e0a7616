import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { RfmReport } from './rfm.answer.js';
import { rfm, rfmClients, RfmFigureParameters, RfmParameters } from './rfm.query.js';

@ApiTags('analytics')
@Controller('analytics/rfm')
@Roles('analyst', 'auditor')
export class RfmController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ cells }: RfmReport) => cells)
  @ApiOperation({
    summary: 'Recency, frequency and monetary value',
    description:
      'Every serviced client scored from 1 to 5 in each, by rank among all; how many there are with each score and in each segment. In CSV the rows are the cells.',
  })
  @ApiOkResponse({ type: RfmReport })
  async rfm(
    @Query() parameters: RfmParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RfmReport> {
    return answered(reply, await rfm(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients with a score or of a segment',
    description: 'Asked with the parameters of the report, and a segment or scores.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: RfmFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await rfmClients(this.reports, parameters, wait));
  }
}
