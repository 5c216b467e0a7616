import { ApiProperty } from '@nestjs/swagger';
import { count, PeriodRow, Ratio, ReportMeta } from '../analytics.answer.js';

export class Amount {
  @ApiProperty({ description: 'ISO 4217; currencies are never added up', example: 'EUR' })
  currency!: string;

  @ApiProperty(count('minor units'))
  amountMinor!: number;
}

export class WinBackRow extends PeriodRow {
  @ApiProperty({ type: Ratio, description: 'attempts that a return is owed to, of those made in the period' })
  success!: Ratio;

  @ApiProperty({ type: [Amount], description: 'what came of those returns until the next lapse' })
  revenue!: Amount[];

  @ApiProperty(count('returns in the period that no attempt led to'))
  organic!: number;

  @ApiProperty({ type: [Amount], description: 'what came of these until the next lapse' })
  organicRevenue!: Amount[];
}

export class WinBackReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [WinBackRow] })
  rows!: WinBackRow[];
}

/** @returns amounts for a cell of CSV */
export const inWords = (amounts: readonly Amount[]): string =>
  amounts.map(({ currency, amountMinor }) => `${currency} ${amountMinor}`).join(' ');
