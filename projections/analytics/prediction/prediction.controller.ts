import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { Reports } from '../reports.js';
import { PredictionReport } from './prediction.answer.js';
import { prediction, PredictionParameters } from './prediction.query.js';

@ApiTags('analytics')
@Controller('analytics/prediction')
@Roles('analyst', 'auditor')
export class PredictionController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: PredictionReport) => rows)
  @ApiOperation({
    summary: 'Who still comes, how often, and what that is worth',
    description:
      'BG/NBD and Gamma-Gamma, fitted to a calibration period and held against what came after it. It can take seconds.',
  })
  @ApiOkResponse({ type: PredictionReport })
  async prediction(
    @Query() parameters: PredictionParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionReport> {
    return answered(reply, await prediction(this.reports, parameters, wait));
  }
}
