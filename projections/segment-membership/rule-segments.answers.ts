import { ApiProperty } from '@nestjs/swagger';
import { InstantField, OneOf, Text, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { SentRule } from '../../src/segment/rule-field.js';
import { GRAINS, type Grain } from '../analytics/period-calendar.js';
import type { Reason } from './rules/stays.js';

export class PreviewBody {
  @SentRule({ about: 'which clients would be in it' })
  rule!: unknown;
}

class PreviewMember {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @Text({ about: 'who it is', optional: true, personal: true })
  name?: string;
}

export class SegmentPreview {
  @Text({ about: 'the rule in words' })
  words!: string;

  @ApiProperty({ type: 'integer', description: 'how many of the clients looked at would be in it now' })
  count!: number;

  @ApiProperty({ type: 'integer', description: 'how many clients were looked at' })
  examined!: number;

  @ApiProperty({ description: 'whether those were all; if not, time was up, and the count is of a part' })
  complete!: boolean;

  @ApiProperty({ type: [PreviewMember], description: 'some of them' })
  sample!: PreviewMember[];
}

export class AsOfQuery {
  @InstantField({ about: 'at which instant; now if left out', optional: true })
  asOf?: Instant;
}

export class MemberReason {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @InstantField({ about: 'at which instant' })
  asOf!: Instant;

  @ApiProperty({ description: 'whether it was in the segment' })
  member!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'why: a tree of the shape of the rule, each part with whether it held, its words, what its fact was worth, and the events that made it so',
  })
  reason!: Reason;
}

export class HistoryQuery {
  @OneOf(GRAINS, { about: 'length of the periods; months if left out', optional: true })
  grain?: Grain;

  @InstantField({
    about: 'the periods from the one of this instant on; the last twelve if left out',
    optional: true,
  })
  from?: Instant;

  @InstantField({ about: 'up to the one of this instant; now if left out', optional: true })
  to?: Instant;
}

export class HistoryPeriod {
  @Text({ about: 'the period, in the zone of the business', example: '2024-01' })
  period!: string;

  @ApiProperty({ type: 'integer', description: 'how many entered in it' }) entered!: number;
  @ApiProperty({ type: 'integer', description: 'how many left in it' }) left!: number;
  @ApiProperty({ type: 'integer', description: 'how many were in the segment at its end' }) size!: number;
}

export class SegmentHistory {
  @ApiProperty({ type: [HistoryPeriod], description: 'by time; the last is counted to the end of today' })
  periods!: HistoryPeriod[];
}
