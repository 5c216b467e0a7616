import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CHANNELS, CONTACT_KINDS } from '../../src/client/contact/contact.events.js';
import { PageQuery } from '../../src/http/paging.js';
import { InstantField, OneOf, Text, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';

class SegmentName {
  @Text({ about: 'id of the segment', example: 'state:lapsed' })
  id!: string;

  @OneOf(['state', 'tag', 'rule'], {
    about: 'what makes a client a member: the state of its lifecycle, a tag, or a rule',
  })
  kind!: 'state' | 'tag' | 'rule';

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

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'its rule now' })
  rule?: object;

  @Text({ about: 'its rule in words', optional: true })
  words?: string;

  @InstantField({ about: 'when it was retired; from then on nobody is in it', optional: true })
  retiredAt?: Instant;

  @ApiPropertyOptional({
    type: 'number',
    description:
      'what share of the clients (0–1) its rule has been applied to; there only while a new or revised rule is being applied, and sizes and members are of those clients',
  })
  filled?: number;
}

export class MembersQuery extends PageQuery {
  @InstantField({
    about: 'who was a member just before this instant: facts that happened before it count; now if left out',
    optional: true,
  })
  asOf?: Instant;

  @OneOf(CHANNELS, {
    about: 'only clients that agreed to being contacted by this channel for `kind`, and are not erased',
    optional: true,
  })
  channel?: (typeof CHANNELS)[number];

  @OneOf(CONTACT_KINDS, { about: 'for which purpose; goes with `channel`', optional: true })
  kind?: (typeof CONTACT_KINDS)[number];
}

class Stay {
  @InstantField({ about: 'when the client entered (inclusive)' })
  since!: Instant;

  @InstantField({
    about: 'when it left, or time alone will take it out (exclusive); absent while nothing known ends it',
    optional: true,
  })
  until?: Instant;

  @Uuid({ about: 'the event that brought it in; absent where nothing but time did', optional: true })
  enteredBy?: string;

  @Uuid({ about: 'the event that took it out; absent where nothing but time did', optional: true })
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
