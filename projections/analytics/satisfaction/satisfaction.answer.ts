import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';

const score = (description: string) => ({ type: 'number', nullable: true, description }) as const;

/** How likely clients are to recommend us. */
export class Nps {
  @ApiProperty(count('answers'))
  answers!: number;

  @ApiProperty(count('of them 9 or 10'))
  promoters!: number;

  @ApiProperty(count('of them 0 to 6'))
  detractors!: number;

  @ApiProperty(score('100 × (promoters − detractors) / answers; null without answers'))
  score!: number | null;

  @ApiProperty(score('half the width of its 95 % interval'))
  margin!: number | null;
}

export class SatisfactionRow extends PeriodRow {
  @ApiProperty({ type: Ratio, description: 'answers of 4 and 5, of all on the scale of 1 to 5' })
  csat!: Ratio;

  @ApiProperty({ type: Nps })
  nps!: Nps;

  @ApiProperty({
    type: Ratio,
    description: 'sum of the stars, of how many gave some: their mean. Never turned into NPS',
  })
  stars!: Ratio;

  @ApiProperty({ type: Ratio, description: 'requests that were answered, of those sent in the period' })
  response!: Ratio;
}

export class SatisfactionReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [SatisfactionRow] })
  rows!: SatisfactionRow[];
}
