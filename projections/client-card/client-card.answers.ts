import { ApiProperty } from '@nestjs/swagger';
import { Conversion } from '../../src/client/lifecycle/lifecycle.events.js';
import { Booking } from '../../src/client/plans/booking.events.js';
import { FollowUp } from '../../src/client/plans/follow-up-work.events.js';
import { ContactPerson } from '../../src/client/record/contact-person.events.js';
import { InstantField, OneOf, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import {
  CardConsent,
  CardDue,
  CardEquipment,
  CardFlags,
  CardNote,
  CardPlan,
  CardProperty,
  CardRating,
  CardRecommendation,
  CardService,
  CardTechnicians,
  LifetimeAmount,
  OpenComplaint,
  Preference,
  UnpaidInvoice,
} from './card-things.answers.js';

const list = (type: new () => object, description: string) => ApiProperty({ type: [type], description });

/**
 * What is known of a client, where it stands, and what there is to know before going there. What is not known is left out.
 * Of every kind of thing it tells of at most a hundred, the latest.
 */
export class ClientCard extends Conversion {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @OneOf(['new', 'active', 'lapsed', 'reactivated', 'closed'], { about: 'state of the lifecycle' })
  state!: string;

  @InstantField({ about: 'since when it is in this state' })
  stateSince!: Instant;

  @ApiProperty({
    type: [String],
    description: 'what to know before going there, in five lines; how to get in is never among it',
    minItems: 5,
    maxItems: 5,
  })
  brief!: string[];

  @ApiProperty({ description: 'what wants attention' })
  flags!: CardFlags;

  @InstantField({ about: 'when the lead converted' })
  convertedAt!: Instant;

  @InstantField({ about: 'first service; absent before it', optional: true })
  firstServicedAt?: Instant;

  @InstantField({ about: 'latest service', optional: true })
  lastServicedAt?: Instant;

  @ApiProperty({ type: 'integer', description: 'how many services there were' })
  services!: number;

  @ApiProperty({
    type: 'integer',
    description: 'on how many days, in the business’s zone, there were services',
  })
  visits!: number;

  @ApiProperty({
    type: 'number',
    required: false,
    description:
      'median of the last 24 gaps of a day or more between services, in days; absent under two gaps',
  })
  usualGapDays?: number;

  @ApiProperty({ required: false, description: 'when the next service is due; absent where nothing tells' })
  nextDue?: CardDue;

  @InstantField({ about: 'since when the client is lapsed; absent while it is not', optional: true })
  lapsedSince?: Instant;

  @list(LifetimeAmount, 'what the services came to, each currency by itself')
  lifetime!: LifetimeAmount[];

  @ApiProperty({ required: false, description: 'what the client last said of how content it is' })
  lastRating?: CardRating;

  @ApiProperty({ type: 'integer', description: 'how many complaints there ever were' })
  complaintsEver!: number;

  @list(OpenComplaint, 'complaints not resolved yet, the oldest first')
  openComplaints!: OpenComplaint[];

  @list(CardService, 'the last five services, the latest first')
  recentServices!: CardService[];

  @ApiProperty({ description: 'who is to come, who is not, and who came' })
  technicians!: CardTechnicians;

  @list(Preference, 'how the client wants things done')
  preferences!: Preference[];

  @list(ContactPerson, 'people to talk to')
  contacts!: ContactPerson[];

  @list(CardProperty, 'sites')
  properties!: CardProperty[];

  @list(CardEquipment, 'equipment in use')
  equipment!: CardEquipment[];

  @list(CardPlan, 'plans that have not ended')
  plans!: CardPlan[];

  @list(Booking, 'visits to come, the next one first')
  bookings!: Booking[];

  @list(UnpaidInvoice, 'invoices not paid in full, the oldest first')
  unpaidInvoices!: UnpaidInvoice[];

  @list(CardRecommendation, 'recommended work that the client has not decided on')
  recommendations!: CardRecommendation[];

  @list(FollowUp, 'what is still to be done, the first one due first')
  followUps!: FollowUp[];

  @list(CardNote, 'the last three notes, the latest first')
  notes!: CardNote[];

  @list(
    CardConsent,
    'what the client last said of being contacted, by channel and purpose; `any` is every other purpose',
  )
  consent!: CardConsent[];

  @ApiProperty({ type: 'integer', description: 'revision of the client, as in `ETag`' })
  revision!: number;

  @ApiProperty({ description: 'place in the log of its latest fact', example: '123456' })
  position!: string;
}
