import { defineEvent } from '../../event-store/event-definition.js';
import { InstantField, OneOf, Text, Texts, Uuid, WholeNumber } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';

export class BookingDetails {
  @InstantField({ about: 'when the visit is to begin' })
  scheduledFor!: Instant;

  @WholeNumber({ about: 'how long it is planned to take, in minutes', optional: true, min: 1, max: 10_080 })
  durationMinutes?: number;

  @Text({ about: 'what is to be done, by the business’s own name for it', optional: true, max: 120 })
  serviceType?: string;

  @Texts({ about: 'who is to come', optional: true })
  technicians?: string[];

  @Uuid({ about: 'the property to be served', optional: true })
  propertyId?: string;

  @Uuid({ about: 'the plan it belongs to', optional: true })
  planId?: string;

  @Text({ about: 'how it was booked', optional: true, max: 80, example: 'phone' })
  channel?: string;
}

export class Booking extends BookingDetails {
  @Uuid({ about: 'id of the booking' })
  bookingId!: string;
}

export class MoveDetails {
  @InstantField({ about: 'when the visit is to begin now' })
  scheduledFor!: Instant;

  @OneOf(['client', 'business'], { about: 'who moved it', optional: true })
  by?: string;

  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export class BookingMove extends MoveDetails {
  @Uuid({ about: 'the booking moved' })
  bookingId!: string;

  @InstantField({ about: 'when it was to begin until now' })
  previouslyScheduledFor!: Instant;
}

export class CancellationDetails {
  @OneOf(['client', 'business'], { about: 'who cancelled it', optional: true })
  by?: string;

  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export class BookingCancellation extends CancellationDetails {
  @Uuid({ about: 'the booking cancelled' })
  bookingId!: string;
}

export class NoShow {
  @Uuid({ about: 'the booking that was not kept' })
  bookingId!: string;
}

export const BookingMade = defineEvent({
  type: 'BookingMade',
  version: 1,
  meaning: 'A visit was booked.',
  data: Booking,
});
export const BookingMoved = defineEvent({
  type: 'BookingMoved',
  version: 1,
  meaning: 'A booked visit was moved to another time.',
  data: BookingMove,
});
export const BookingCancelled = defineEvent({
  type: 'BookingCancelled',
  version: 1,
  meaning: 'A booked visit was called off.',
  data: BookingCancellation,
});
export const NoShowRecorded = defineEvent({
  type: 'NoShowRecorded',
  version: 1,
  meaning: 'Nobody was there when the visit was to begin.',
  data: NoShow,
});

export const bookingEvents = { BookingMade, BookingMoved, BookingCancelled, NoShowRecorded } as const;
