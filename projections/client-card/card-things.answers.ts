import { ApiProperty } from '@nestjs/swagger';
import { Invoice } from '../../src/client/billing/billing.events.js';
import { Complaint } from '../../src/client/complaints/complaint.events.js';
import { FeedbackDetails } from '../../src/client/contact/contact.events.js';
import { Service } from '../../src/client/lifecycle/lifecycle.events.js';
import { Recommendation } from '../../src/client/plans/follow-up-work.events.js';
import { Plan } from '../../src/client/plans/plan-details.events.js';
import { Equipment, WarrantyDetails } from '../../src/client/record/equipment.events.js';
import { CommunicationPreference } from '../../src/client/record/preference.events.js';
import { Note } from '../../src/client/record/note.events.js';
import { Property } from '../../src/client/record/property.events.js';
import { Currency, InstantField, OneOf, Text, WholeNumber } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { Flag } from '../../src/schema/value-fields.js';
import { DUE_BASES, type NextDue } from '../next-due.js';

const whole = { min: 0, max: Number.MAX_SAFE_INTEGER };

export class LifetimeAmount {
  @Currency({ about: 'ISO 4217 code' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'what the services came to, in minor units' })
  amountMinor!: number;
}

export class CardService extends Service {
  @InstantField({ about: 'when it was done' })
  at!: Instant;
}

export class CardRating extends FeedbackDetails {
  @InstantField({ about: 'when the client said so' })
  at!: Instant;
}

export class OpenComplaint extends Complaint {
  @InstantField({ about: 'when the client complained, or the complaint turned out not to be resolved' })
  since!: Instant;
}

export class CardProperty extends Property {
  @InstantField({
    about:
      'when it was last written down how to get in; absent where it was not. The note has an address of its own',
    optional: true,
  })
  accessNoteAt?: Instant;
}

class CardWarranty extends WarrantyDetails {
  @OneOf(['in_force', 'expired'], { about: 'whether it holds today' })
  state!: 'in_force' | 'expired';
}

export class CardEquipment extends Equipment {
  @WholeNumber({
    about: 'whole years since it was put in, where that day is known',
    optional: true,
    ...whole,
  })
  ageYears?: number;

  @ApiProperty({ required: false, description: 'absent where none was recorded' })
  warranty?: CardWarranty;
}

export class CardPlan extends Plan {
  @OneOf(['live', 'paused'], { about: 'whether it goes on' })
  status!: 'live' | 'paused';

  @InstantField({ about: 'when the client took it up' })
  since!: Instant;

  @InstantField({ about: 'until when it is paused, where that was said', optional: true })
  pausedUntil?: Instant;
}

export class UnpaidInvoice extends Invoice {
  @WholeNumber({ about: 'what is still to be paid, in minor units', ...whole })
  openMinor!: number;

  @Flag({ about: 'whether it was to be paid before today' })
  overdue!: boolean;
}

export class CardRecommendation extends Recommendation {
  @InstantField({ about: 'when it was made' })
  since!: Instant;
}

export class CardNote extends Note {
  @InstantField({ about: 'when it was written' })
  at!: Instant;
}

export class CardConsent extends CommunicationPreference {
  @InstantField({ about: 'when the client said so' })
  since!: Instant;
}

export class Preference {
  @Text({ about: 'what it is about', example: 'preferred_technician' })
  key!: string;

  @Text({ about: 'what the client wants', personal: true, example: 'Marie' })
  value!: string;
}

export class CardTechnicians {
  @ApiProperty({ type: [String], description: 'whom the client wants (preferences `preferred_technician…`)' })
  preferred!: string[];

  @ApiProperty({ type: [String], description: 'whom it does not want (preferences `excluded_technician…`)' })
  excluded!: string[];

  @ApiProperty({ type: [String], description: 'who was there last' })
  last!: string[];
}

export class CardDue {
  @InstantField({ about: 'when the next service falls due; it may have passed' })
  at!: Instant;

  @OneOf(DUE_BASES, {
    about:
      'what that rests on: what was said at the last service, a plan, how far apart services usually are, or the season',
  })
  basis!: NextDue['basis'];
}

/** What of a client wants attention, whatever state it is in. */
export class CardFlags {
  @WholeNumber({ about: 'number of open complaints', ...whole })
  openComplaints!: number;

  @ApiProperty({
    type: [String],
    description: 'why the client may be about to be lost, in words; empty if it is not',
  })
  atRisk!: string[];

  @Flag({ about: 'whether the next service is due by now, and none is booked' })
  dueForService!: boolean;

  @Flag({ about: 'whether an invoice is overdue' })
  overdueInvoice!: boolean;

  @Flag({ about: 'whether the client has a plan, paused or not' })
  onPlan!: boolean;

  @Flag({ about: 'whether every plan is paused' })
  paused!: boolean;

  @InstantField({ about: 'until when, where that was said of all of them', optional: true })
  pausedUntil?: Instant;

  @Flag({ about: 'whether the client does not want to be contacted at all' })
  doNotContact!: boolean;

  @Flag({ about: 'whether the person was forgotten' })
  erased!: boolean;
}
