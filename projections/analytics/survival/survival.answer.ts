import { ApiProperty } from '@nestjs/swagger';
import { ReportMeta } from '../analytics.answer.js';
import { CurveRow, CurveSummary } from './curve.answer.js';

export class SurvivalReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [CurveSummary], description: 'one, or one for each group' })
  summary!: CurveSummary[];

  @ApiProperty({
    type: [CurveRow],
    description: 'the share of clients who have not lapsed after so many days',
  })
  rows!: CurveRow[];
}
