import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';

/** What the clients who brought something in one window brought in the next, in one currency. */
export class RevenueRetentionRow extends PeriodRow {
  @ApiProperty({ description: 'first instant of the window before', format: 'date-time' })
  baseStart!: string;

  @ApiProperty({ description: 'ISO 4217; currencies are never added up', example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: Ratio, description: 'clients of the base who brought something in this window, too' })
  logo!: Ratio;

  @ApiProperty({
    type: Ratio,
    description:
      'gross: of what the base brought, what it brought again, no client more than before; minor units',
  })
  gross!: Ratio;

  @ApiProperty({
    type: Ratio,
    description:
      'net: what the base brought in this window, of what it brought before; minor units; can exceed 1',
  })
  net!: Ratio;

  @ApiProperty(count('clients not in the base who brought something in this window: new, or back'))
  outsideBase!: number;
}

export class RevenueRetentionReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [RevenueRetentionRow] })
  rows!: RevenueRetentionRow[];
}
