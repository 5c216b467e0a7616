import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { SurvivalReport } from './survival.answer.js';
import { survival, survivalClients, SurvivalFigureParameters, SurvivalParameters } from './survival.query.js';

@ApiTags('analytics')
@Controller('analytics/survival')
@Roles('analyst', 'auditor')
export class SurvivalController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: SurvivalReport) => rows)
  @ApiOperation({
    summary: 'How long clients stay until they first lapse',
    description:
      'The Kaplan-Meier curve from the first service to the first lapse, with its error and interval.',
  })
  @ApiOkResponse({ type: SurvivalReport })
  async survival(
    @Query() parameters: SurvivalParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SurvivalReport> {
    return answered(reply, await survival(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a point of the survival curve',
    description: 'Asked with the parameters of the report, the days of a point and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: SurvivalFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await survivalClients(this.reports, parameters, wait));
  }
}
