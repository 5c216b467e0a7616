import { ApiProperty } from '@nestjs/swagger';
import { count, GroupRow, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';
import { CurveRow, CurveSummary } from '../survival/curve.answer.js';

/** Of clients who had so many days for a second visit, those who made one within them. */
export class RepeatWithin extends Ratio {
  @ApiProperty(count('days after the first service'))
  days!: number;
}

/** Clients who came again. */
export class RepeatRow extends GroupRow {
  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'the period of the first service; null in the row of all of them',
    example: '2024-01',
  })
  cohort!: string | null;

  @ApiProperty({ type: Ratio, description: 'clients with two visits or more, of those with one or more' })
  repeat!: Ratio;

  @ApiProperty({ type: [RepeatWithin] })
  within!: RepeatWithin[];
}

/** How often clients came in a period. */
export class FrequencyRow extends PeriodRow {
  @ApiProperty({ type: Ratio, description: 'visits per distinct client serviced' })
  frequency!: Ratio;
}

export class RepeatReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({
    type: [RepeatRow],
    description: 'all clients first, then by the period of the first service',
  })
  rows!: RepeatRow[];

  @ApiProperty({ type: [FrequencyRow] })
  frequency!: FrequencyRow[];

  @ApiProperty({ type: [CurveSummary], description: 'time to the second visit' })
  secondVisit!: CurveSummary[];

  @ApiProperty({
    type: [CurveRow],
    description: 'share of clients without a second visit after so many days',
  })
  curve!: CurveRow[];
}
