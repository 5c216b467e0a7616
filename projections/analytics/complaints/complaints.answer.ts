import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';
import { CurveRow, CurveSummary } from '../survival/curve.answer.js';

export class ComplaintsRow extends PeriodRow {
  @ApiProperty({ type: Ratio, description: 'complaints about services of the period, of its services' })
  complaintRate!: Ratio;

  @ApiProperty(count('complaints raised in the period, about whatever service or none'))
  raised!: number;

  @ApiProperty(count('of those raised in the period, how many are resolved at asOf'))
  resolved!: number;

  @ApiProperty(count('of those raised in the period, how many are open at asOf'))
  open!: number;
}

export class ComplaintsReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [ComplaintsRow] })
  rows!: ComplaintsRow[];

  @ApiProperty({ type: [CurveSummary], description: 'time to resolution' })
  resolution!: CurveSummary[];

  @ApiProperty({ type: [CurveRow], description: 'share of complaints still open after so many days' })
  curve!: CurveRow[];
}
