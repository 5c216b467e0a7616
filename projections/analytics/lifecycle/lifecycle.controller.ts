import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { GetLifecycleClients, LifecycleFigureParameters } from './lifecycle-lineage.js';
import { PeriodParameters } from '../analytics.parameters.js';
import { LifecycleReport } from './lifecycle.answer.js';
import { GetLifecycle } from './lifecycle.query.js';

@ApiTags('analytics')
@Controller('analytics/lifecycle')
@Roles('analyst', 'auditor')
export class LifecycleController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Rows(({ rows }: LifecycleReport) =>
    rows.map(({ servicesPerActive, revenue, ...row }) => ({
      ...row,
      servicesPerActive: servicesPerActive.rate,
      revenue: revenue.map(({ currency, amountMinor }) => `${currency} ${amountMinor}`).join(' '),
    })),
  )
  @ApiOperation({
    summary: 'New, returning, resurrecting and dormant clients',
    description:
      'For every period the clients serviced in it, by whether they had been before; it needs no lapse window.',
  })
  @ApiOkResponse({ type: LifecycleReport })
  async lifecycle(
    @Query() parameters: PeriodParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LifecycleReport> {
    return answered(reply, await this.queries.execute(new GetLifecycle(parameters, wait)));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of the lifecycle report',
    description:
      'Asked with the parameters of the report, a period and a figure: each client with the events that count.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: LifecycleFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await this.queries.execute(new GetLifecycleClients(parameters, wait)));
  }
}
