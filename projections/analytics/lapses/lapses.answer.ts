import { ApiProperty } from '@nestjs/swagger';
import { count, GroupRow, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';

/** closingActive = openingActive + newlyServiced − lapsed + reactivated − closed + reopened. */
export class LapseRow extends PeriodRow {
  @ApiProperty(count('active clients when the period began'))
  openingActive!: number;

  @ApiProperty(count('clients serviced for the first time ever'))
  newlyServiced!: number;

  @ApiProperty(count('lapses, of clients who were not closed'))
  lapsed!: number;

  @ApiProperty(count('returns from a lapse'))
  reactivated!: number;

  @ApiProperty(count('explicit exits of active clients'))
  closed!: number;

  @ApiProperty(count('ends of an explicit exit, of clients who are active by it'))
  reopened!: number;

  @ApiProperty(count('active clients when the period ended, or at asOf if that is earlier'))
  closingActive!: number;

  @ApiProperty(count('serviced clients who were lapsed then, and not closed'))
  closingLapsed!: number;

  @ApiProperty(count('serviced clients who were closed then'))
  closingClosed!: number;

  @ApiProperty({
    description:
      'of the clients active when the period began, those who lapsed in it; new ones are not among them',
    type: Ratio,
  })
  churn!: Ratio;
}

/** Where the serviced clients stand at asOf. Visits are distinct days of the zone. */
export class StateRow extends GroupRow {
  @ApiProperty(count('converted, never serviced, not closed'))
  convertedNotServiced!: number;

  @ApiProperty(count('active, never lapsed, one visit'))
  activeOneVisit!: number;

  @ApiProperty(count('active, never lapsed, several visits'))
  activeRepeat!: number;

  @ApiProperty(count('active, having come back from a lapse'))
  activeReactivated!: number;

  @ApiProperty(count('lapsed, and never came back from a lapse'))
  lapsedNeverReturned!: number;

  @ApiProperty(count('lapsed, having come back before'))
  lapsedAgain!: number;

  @ApiProperty(count('closed'))
  closed!: number;
}

export class LapsesReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [LapseRow] })
  rows!: LapseRow[];

  @ApiProperty({ type: [StateRow], description: 'states at asOf; one row, or one for each group' })
  states!: StateRow[];
}
