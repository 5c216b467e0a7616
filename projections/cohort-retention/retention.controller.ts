import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { Rows } from '../../src/http/representation.js';
import { answered } from '../read-models.js';
import { RetentionReport } from './retention.answer.js';
import { LineagePage } from '../analytics/lineage.js';
import { CellParameters, GetCellClients } from './cell-lineage.js';
import { csvRows } from './retention.csv.js';
import { GetRestatement, RestatementParameters, RestatementReport } from './restatement.js';
import { RetentionParameters } from './retention.parameters.js';
import { GetRetention } from './retention.query.js';

@ApiTags('analytics')
@Controller('analytics/retention')
@Roles('analyst', 'auditor')
export class RetentionController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Rows(csvRows)
  @ApiOperation({
    summary: 'Cohort retention and revenue',
    description:
      'For every cohort of clients and every period since, how many came back, or what they brought.',
  })
  @ApiOkResponse({ type: RetentionReport })
  async retention(
    @Query() parameters: RetentionParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RetentionReport> {
    return answered(reply, await this.queries.execute(new GetRetention(parameters, wait)));
  }

  @Get('restatement')
  @Rows(({ rows }: RestatementReport) =>
    rows.map(({ before, after, events, ...row }) => ({
      ...row,
      ...{ numeratorBefore: before.numerator, denominatorBefore: before.denominator },
      ...{ numeratorAfter: after.numerator, denominatorAfter: after.denominator },
      events: events.map(({ eventId }) => eventId).join(' '),
    })),
  )
  @ApiOperation({
    summary: 'What changed in the retention report between two moments',
    description:
      'The cells whose figures were restated by what was recorded meanwhile, and the events that did it.',
  })
  @ApiOkResponse({ type: RestatementReport })
  async restatement(
    @Query() parameters: RestatementParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestatementReport> {
    return answered(reply, await this.queries.execute(new GetRestatement(parameters, wait)));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a cell of the retention report',
    description:
      'Asked with the parameters of the report, a cohort and a k: each client with the events that put it there.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: CellParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await this.queries.execute(new GetCellClients(parameters, wait)));
  }
}
