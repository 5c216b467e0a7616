import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { Rows } from '../../src/http/representation.js';
import { LineagePage } from '../analytics/lineage.js';
import { Reports } from '../analytics/reports.js';
import { answered } from '../read-models.js';
import { ltv, ltvClients, LtvFigureParameters, LtvParameters, LtvReport } from './ltv.query.js';

@ApiTags('analytics')
@Controller('analytics/ltv')
@Roles('analyst', 'auditor')
export class LtvController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: LtvReport) =>
    rows.flatMap(({ steps, ltv: { numerator, rate }, ...row }) => [
      { ...row, k: null, cumulativeMinor: numerator, perClientMinor: rate, complete: null },
      ...steps.map((step) => ({ ...row, ...step })),
    ]),
  )
  @ApiOperation({
    summary: 'Lifetime value to date of each cohort',
    description:
      'What each cohort brought so far, per client, and how it grew period by period. In CSV a row without k is the whole.',
  })
  @ApiOkResponse({ type: LtvReport })
  async ltv(
    @Query() parameters: LtvParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LtvReport> {
    return answered(reply, await ltv(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind the value of a cohort',
    description:
      'Asked with the parameters of the report, a cohort and a currency: the clients who brought something.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: LtvFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await ltvClients(this.reports, parameters, wait));
  }
}
