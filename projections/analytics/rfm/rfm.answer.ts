import { ApiProperty } from '@nestjs/swagger';
import { count, GroupRow, ReportMeta } from '../analytics.answer.js';

/** The segments of definitions §7, the first that fits. */
export const RFM_SEGMENTS = [
  'champions',
  'loyal',
  'at_risk',
  'potential_loyal',
  'new_or_promising',
  'needs_attention',
  'about_to_sleep',
  'hibernating',
  'lost',
] as const;
export type RfmSegment = (typeof RFM_SEGMENTS)[number];

/** The clients of one segment. */
export class RfmRow extends GroupRow {
  @ApiProperty({ enum: RFM_SEGMENTS })
  rfmSegment!: RfmSegment;

  @ApiProperty(count('clients in it'))
  clients!: number;

  @ApiProperty(count('what they brought, in minor units'))
  amountMinor!: number;
}

/** The clients with the same three scores. */
export class RfmCell extends RfmRow {
  @ApiProperty(count('recency, 1–5; 5 is best'))
  r!: number;

  @ApiProperty(count('frequency, 1–5'))
  f!: number;

  @ApiProperty(count('monetary value, 1–5'))
  m!: number;
}

/** What a score stands for. */
export class RfmRange extends GroupRow {
  @ApiProperty({ enum: ['r', 'f', 'm'] })
  dimension!: 'r' | 'f' | 'm';

  @ApiProperty(count('1–5'))
  score!: number;

  @ApiProperty(count('clients that have it'))
  clients!: number;

  @ApiProperty(count('least of their days since the last visit, visits, or minor units'))
  least!: number;

  @ApiProperty(count('most of them'))
  most!: number;
}

export class RfmReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({ type: [RfmRow] })
  rows!: RfmRow[];

  @ApiProperty({ type: [RfmCell] })
  cells!: RfmCell[];

  @ApiProperty({ type: [RfmRange] })
  ranges!: RfmRange[];
}
