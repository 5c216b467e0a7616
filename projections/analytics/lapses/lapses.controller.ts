import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { GetLapseClients, LapseFigureParameters } from './lapse-lineage.js';
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

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of the lapses report',
    description:
      'Asked with the parameters of the report, a period and a figure: each client with the events that count.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: LapseFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await this.queries.execute(new GetLapseClients(parameters, wait)));
  }
}
