import { ApiProperty } from '@nestjs/swagger';
import { PageQuery } from '../../src/http/paging.js';
import { InstantField, OneOf, Text, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';

class SegmentName {
  @Text({ about: 'id of the segment', example: 'state:lapsed' })
  id!: string;

  @OneOf(['state', 'tag'], { about: 'what makes a client a member: the state of its lifecycle, or a tag' })
  kind!: 'state' | 'tag';

  @Text({ about: 'name', example: 'lapsed' })
  name!: string;
}

export class SegmentSummary extends SegmentName {
  @Text({ about: 'who is in it, in words' })
  description!: string;

  @ApiProperty({ type: 'integer', description: 'how many clients are in it now' })
  size!: number;

  @ApiProperty({ type: 'integer', description: 'how many clients ever were' })
  everSize!: number;
}

export class MembersQuery extends PageQuery {
  @InstantField({
    about: 'who was a member just before this instant: facts that happened before it count; now if left out',
    optional: true,
  })
  asOf?: Instant;
}

class Stay {
  @InstantField({ about: 'when the client entered (inclusive)' })
  since!: Instant;

  @InstantField({ about: 'when it left (exclusive); absent while it is a member', optional: true })
  until?: Instant;

  @Uuid({ about: 'the event that brought it in' })
  enteredBy!: string;

  @Uuid({ about: 'the event that took it out', optional: true })
  leftBy?: string;
}

export class SegmentMember extends Stay {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @Text({ about: 'who it is; never told to an analyst', optional: true, personal: true })
  name?: string;
}

export class SegmentStay extends Stay {
  @ApiProperty({ description: 'the segment' })
  segment!: SegmentName;
}

export class ClientSegments {
  @ApiProperty({ type: [SegmentStay], description: 'segments the client is in, latest entered first' })
  now!: SegmentStay[];

  @ApiProperty({ type: [SegmentStay], description: 'segments it was in before, latest entered first' })
  before!: SegmentStay[];
}
