import { ApiProperty, IntersectionType, OmitType } from '@nestjs/swagger';
import { CHANNELS } from '../../src/client/contact/contact.events.js';
import { InstantField, OneOf, Text, Uuid, WholeNumber } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { Flag } from '../../src/schema/value-fields.js';
import { LifetimeAmount } from '../client-card/card-things.answers.js';
import { WorkOfClient } from '../work-lists/work-lists.answers.js';
import { OPPORTUNITY_KINDS, type OpportunityKind } from './opportunity.js';

class ClientToCall extends OmitType(WorkOfClient, ['overdue'] as const) {
  @Text({ about: 'its e-mail address', optional: true, personal: true })
  email?: string;
}

/** A reason to call a client. */
export class ListedOpportunity extends ClientToCall {
  @OneOf(OPPORTUNITY_KINDS, { about: 'what could be made of it' })
  kind!: OpportunityKind;

  @Text({
    about: 'why, in words and with figures',
    example: 'the next service was due 12 days ago, by habit; none is booked',
  })
  why!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'the figures that make it one; which, depends on the kind',
  })
  figures!: object;

  @InstantField({ about: 'since when it is one; with `ahead`, it may lie in the future' })
  since!: Instant;

  @Text({ about: 'the trade that serves the client', optional: true })
  trade?: string;

  @ApiProperty({ type: [LifetimeAmount], description: 'what its services came to, each currency by itself' })
  lifetime!: LifetimeAmount[];
}

class Attempted {
  @OneOf(CHANNELS, { about: 'by which channel', optional: true })
  channel?: string;

  @Text({ about: 'what was offered', optional: true })
  offer?: string;

  @Text({ about: 'the campaign it belongs to', optional: true })
  campaign?: string;
}

/** An attempt to win a client back, and what came of it; or a return without one. */
export class ListedWinBack extends IntersectionType(ClientToCall, Attempted) {
  @Uuid({ about: 'id of the attempt; of a return without one, of the lapse that it ended' })
  winBackId!: string;

  @Flag({ about: 'whether the client came back without having been asked to' })
  organic!: boolean;

  @InstantField({ about: 'when it was attempted; of a return without an attempt, when the client came' })
  at!: Instant;

  @InstantField({ about: 'when the client came back; absent while it has not', optional: true })
  returnedAt?: Instant;

  @Uuid({ about: 'the service with which it came back', optional: true })
  serviceId?: string;

  @WholeNumber({
    about: 'whole days from the attempt to the return; without an attempt, from the lapse',
    optional: true,
    min: 0,
    max: 1_000_000,
  })
  days?: number;

  @WholeNumber({ about: 'services since the return, and before the next lapse', min: 0, max: 1_000_000 })
  services!: number;

  @ApiProperty({ type: [LifetimeAmount], description: 'what they came to, each currency by itself' })
  revenue!: LifetimeAmount[];
}
