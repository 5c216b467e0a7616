import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../../src/access/roles.js';
import { AwaitPosition, type Await } from '../../../src/http/await-position.js';
import type { FastifyReply } from '../../../src/http/fastify-types.js';
import { Rows } from '../../../src/http/representation.js';
import { answered } from '../../read-models.js';
import { LineagePage } from '../lineage.js';
import { Reports } from '../reports.js';
import { ComplaintsReport } from './complaints.answer.js';
import {
  complaintClients,
  ComplaintFigureParameters,
  ComplaintParameters,
  complaints,
} from './complaints.query.js';

@ApiTags('analytics')
@Controller('analytics/complaints')
@Roles('analyst', 'auditor')
export class ComplaintReportController {
  constructor(private readonly reports: Reports) {}

  @Get()
  @Rows(({ rows }: ComplaintsReport) =>
    rows.map(({ complaintRate, ...row }) => ({
      ...row,
      ...{
        services: complaintRate.denominator,
        complained: complaintRate.numerator,
        complaintRate: complaintRate.rate,
      },
    })),
  )
  @ApiOperation({
    summary: 'How often services are complained of, and how long that takes to resolve',
    description:
      'The complaint rate of each period, and the time to resolution by Kaplan-Meier, open complaints being watched until asOf.',
  })
  @ApiOkResponse({ type: ComplaintsReport })
  async complaints(
    @Query() parameters: ComplaintParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ComplaintsReport> {
    return answered(reply, await complaints(this.reports, parameters, wait));
  }

  @Get('clients')
  @Rows(undefined, { columns: ['clientId', 'eventIds'] })
  @ApiOperation({
    summary: 'The clients behind a figure of the complaints report',
    description: 'Asked with the parameters of the report and a figure.',
  })
  @ApiOkResponse({ type: LineagePage })
  async clients(
    @Query() parameters: ComplaintFigureParameters,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LineagePage> {
    return answered(reply, await complaintClients(this.reports, parameters, wait));
  }
}
