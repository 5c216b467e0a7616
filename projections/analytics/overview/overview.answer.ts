import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';
import { Amount } from '../win-back/win-back.answer.js';

const figure = (description: string) => ({ type: 'number', nullable: true, description }) as const;

/** The key figures of a period, each as the report that it is from has it. */
export class OverviewRow extends PeriodRow {
  @ApiProperty(count('active clients when it ended, or at asOf (lapses)'))
  activeClients!: number;

  @ApiProperty(count('clients serviced for the first time ever (lapses)'))
  newClients!: number;

  @ApiProperty(count('lapses (lapses)'))
  lapsed!: number;

  @ApiProperty(count('returns from a lapse (lapses)'))
  reactivated!: number;

  @ApiProperty({ type: Ratio, description: 'of those active when it began, who lapsed (lapses)' })
  churn!: Ratio;

  @ApiProperty(count('distinct clients serviced (lifecycle)'))
  servicedClients!: number;

  @ApiProperty({
    type: Ratio,
    description: 'of those serviced in the period before, who were again (lifecycle)',
  })
  returning!: Ratio;

  @ApiProperty(count('services (lifecycle)'))
  services!: number;

  @ApiProperty({ type: [Amount], description: 'revenue by currency (lifecycle)' })
  revenue!: Amount[];

  @ApiProperty({ type: Ratio, description: 'visits per client serviced (repeat)' })
  frequency!: Ratio;

  @ApiProperty({ type: Ratio, description: 'satisfied answers of all (satisfaction)' })
  csat!: Ratio;

  @ApiProperty(figure('net promoter score; null without answers (satisfaction)'))
  nps!: number | null;

  @ApiProperty({ type: Ratio, description: 'complaints about its services, of its services (complaints)' })
  complaintRate!: Ratio;
}

/** A key figure of the latest period that is over, and how it has changed. */
export class KeyFigure {
  @ApiProperty({
    description: 'the figure, as the rows name it; revenue with its currency',
    example: 'churn',
  })
  figure!: string;

  @ApiProperty(figure('its value; a rate where it is one'))
  value!: number | null;

  @ApiProperty(figure('what it was in the period before'))
  before!: number | null;

  @ApiProperty(figure('the difference'))
  change!: number | null;
}

export class OverviewReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'the latest period that had ended by asOf; null as long as there is none',
    example: '2024-03',
  })
  latest!: string | null;

  @ApiProperty({ type: [KeyFigure] })
  key!: KeyFigure[];

  @ApiProperty({ type: Ratio, description: 'of all clients ever serviced, who came again (repeat)' })
  repeat!: Ratio;

  @ApiProperty({ type: [OverviewRow], description: 'the trend' })
  rows!: OverviewRow[];
}
