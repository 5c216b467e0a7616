import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { OneOf, Text, Uuid, WholeNumber } from '../../schema/fields.js';

export const CHANNELS = ['email', 'sms', 'phone', 'post', 'in_person'] as const;
export const CONTACT_KINDS = [
  'confirmation',
  'reminder',
  'post_job',
  'review_request',
  'support',
  'payment_follow_up',
  'rebooking',
  're_engagement',
] as const;

/** A message to the client, or from it. The message itself stays where it was sent; here stands that it was, and what about. */
export class Communication {
  @OneOf(CHANNELS, { about: 'by which channel' })
  channel!: string;

  @OneOf(CONTACT_KINDS, { about: 'what it was about' })
  kind!: string;

  @Text({ about: 'its subject line', optional: true, personal: true, max: 200 })
  subject?: Personal;

  @Text({ about: 'what it said, in short', optional: true, personal: true, max: 2_000 })
  summary?: Personal;

  @Uuid({ about: 'the service it was about', optional: true })
  serviceId?: string;

  @Uuid({ about: 'the booking it was about', optional: true })
  bookingId?: string;

  @Uuid({ about: 'the invoice it was about', optional: true })
  invoiceId?: string;

  @Uuid({ about: 'the complaint it was about', optional: true })
  complaintId?: string;

  @Text({ about: 'the technician who took part in it', optional: true, max: 80 })
  technician?: string;
}

/** An attempt to win a lapsed client back. */
export class AttemptDetails {
  @OneOf(CHANNELS, { about: 'by which channel' })
  channel!: string;

  @Text({ about: 'what was offered', optional: true, max: 200, example: '10 % off the next clean' })
  offer?: string;

  @Text({ about: 'the campaign it belongs to', optional: true, max: 120 })
  campaign?: string;
}

export class Attempt extends AttemptDetails {
  @Uuid({ about: 'id of the attempt' })
  attemptId!: string;
}

/** The range of each instrument, both ends included. Answers on one are never converted into another. */
export const INSTRUMENTS = { csat: [1, 5], nps: [0, 10], stars: [1, 5] } as const;
export type Instrument = keyof typeof INSTRUMENTS;

/** What the client thinks of us. */
export class FeedbackDetails {
  @OneOf(Object.keys(INSTRUMENTS), { about: 'what was asked: csat and stars 1–5, nps 0–10' })
  instrument!: Instrument;

  @WholeNumber({ about: 'the answer, on the scale of the instrument', min: 0, max: 10, example: 5 })
  score!: number;

  @Uuid({ about: 'the service it is about; of several answers the latest counts', optional: true })
  serviceId?: string;

  @Text({ about: 'in the client’s words', optional: true, personal: true, max: 10_000 })
  comment?: Personal;
}

export class Feedback extends FeedbackDetails {
  @Uuid({ about: 'id of the feedback' })
  feedbackId!: string;
}

export const CommunicationSent = defineEvent({
  type: 'CommunicationSent',
  version: 1,
  meaning: 'The client was written to, called or spoken to.',
  data: Communication,
});
export const CommunicationReceived = defineEvent({
  type: 'CommunicationReceived',
  version: 1,
  meaning: 'The client wrote, called or spoke to us.',
  data: Communication,
});
export const ReactivationAttempted = defineEvent({
  type: 'ReactivationAttempted',
  version: 1,
  meaning: 'It was tried to win the lapsed client back.',
  data: Attempt,
});
export const FeedbackReceived = defineEvent({
  type: 'FeedbackReceived',
  version: 1,
  meaning: 'The client said what it thinks of us.',
  data: Feedback,
});

export const contactEvents = {
  CommunicationSent,
  CommunicationReceived,
  ReactivationAttempted,
  FeedbackReceived,
} as const;
