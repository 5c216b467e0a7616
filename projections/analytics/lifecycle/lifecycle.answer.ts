import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';

class Revenue {
  @ApiProperty({ description: 'ISO 4217; currencies are never added up', example: 'EUR' })
  currency!: string;

  @ApiProperty(count('what the services of the period brought, in minor units'))
  amountMinor!: number;
}

/** active = new + returning + resurrecting. */
export class LifecycleRow extends PeriodRow {
  @ApiProperty(count('distinct clients serviced in the period'))
  active!: number;

  @ApiProperty(count('serviced for the first time ever'))
  new!: number;

  @ApiProperty(count('serviced in this period and the one before'))
  returning!: number;

  @ApiProperty(count('serviced in this period and some earlier one, but not in the one before'))
  resurrecting!: number;

  @ApiProperty(count('serviced in the period before, and not in this one'))
  dormant!: number;

  @ApiProperty(count('services of the period'))
  services!: number;

  @ApiProperty({ description: 'services per active client', type: Ratio })
  servicesPerActive!: Ratio;

  @ApiProperty({ type: [Revenue], description: 'each currency by itself; refunds are not taken off' })
  revenue!: Revenue[];
}

export class LifecycleReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [LifecycleRow] })
  rows!: LifecycleRow[];
}
