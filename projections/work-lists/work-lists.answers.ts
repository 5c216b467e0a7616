import { ApiProperty, IntersectionType, PartialType } from '@nestjs/swagger';
import { Invoice } from '../../src/client/billing/billing.events.js';
import { Complaint, ResolutionDetails } from '../../src/client/complaints/complaint.events.js';
import { Booking } from '../../src/client/plans/booking.events.js';
import { FollowUp } from '../../src/client/plans/follow-up-work.events.js';
import { InstantField, OneOf, Text, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { Flag } from '../../src/schema/value-fields.js';
import { STATES } from '../client-directory/client-directory.answers.js';
import { EXPIRING, type Expiring } from './work-lists.parameters.js';

/** Whom a thing is about, so that one can call without opening the card. */
export class WorkOfClient {
  @Uuid({ about: 'id of the client: of one that was merged, the client it lives on as' })
  clientId!: string;

  @Text({ about: 'who it is; absent of somebody who was forgotten', optional: true, personal: true })
  name?: string;

  @Text({ about: 'its telephone number', optional: true, personal: true })
  phone?: string;

  @OneOf(STATES, { about: 'state of the client' })
  clientState!: string;

  @Text({ about: 'who of the staff looks after the client', optional: true })
  owner?: string;

  @Flag({ about: 'whether its time has come: it is due, to be paid, to begin or to expire at or before now' })
  overdue!: boolean;
}

export class ListedComplaint extends IntersectionType(
  WorkOfClient,
  Complaint,
  PartialType(ResolutionDetails),
) {
  @OneOf(['open', 'resolved'], { about: 'whether it is resolved' })
  state!: string;

  @InstantField({ about: 'when the client complained, or the complaint turned out not to be resolved' })
  since!: Instant;

  @InstantField({ about: 'when it was resolved', optional: true })
  resolvedAt?: Instant;

  @ApiProperty({ type: 'integer', description: 'how many complaints the client ever had, this one included' })
  complaintsEver!: number;
}

export class ListedBooking extends IntersectionType(WorkOfClient, Booking) {}

export class ListedInvoice extends IntersectionType(WorkOfClient, Invoice) {
  @InstantField({ about: 'when it was issued' })
  issuedAt!: Instant;

  @ApiProperty({ type: 'integer', description: 'what is still to be paid, in minor units' })
  openMinor!: number;
}

export class ListedFollowUp extends IntersectionType(WorkOfClient, FollowUp) {}

export class ListedExpiration extends WorkOfClient {
  @OneOf(EXPIRING, { about: 'what expires: a warranty, a plan, or the estimate of recommended work' })
  kind!: Expiring;

  @Uuid({ about: 'id of the equipment, the plan or the recommendation' })
  itemId!: string;

  @Text({ about: 'what it is', optional: true, example: 'heat pump Daikin Altherma' })
  what?: string;

  @InstantField({ about: 'the first instant at which it holds no more' })
  expiresAt!: Instant;
}
