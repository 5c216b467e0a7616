import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent, type EventOf } from '../../event-store/event-definition.js';
import { Currency, InstantField, MinorUnits, OneOf, Text, Uuid, WholeNumber } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';

/** What a client complains of, without the id of the complaint. */
export class ComplaintDetails {
  @Uuid({ about: 'the service complained of', optional: true })
  serviceId?: string;

  @Text({ about: 'category', optional: true, max: 80, example: 'quality' })
  category?: string;

  @OneOf(['low', 'normal', 'high', 'critical'], { about: 'severity', optional: true })
  severity?: string;

  @Text({ about: 'how it reached us', optional: true, max: 80, example: 'phone' })
  channel?: string;

  @Text({ about: 'in the client’s words', optional: true, personal: true, max: 10_000 })
  description?: Personal;

  @InstantField({ about: 'when it has to be resolved by', optional: true })
  slaDueAt?: Instant;

  @Uuid({ about: 'the earlier complaint that this one repeats', optional: true })
  repeatOf?: string;
}

export class Complaint extends ComplaintDetails {
  @Uuid({ about: 'id of the complaint' })
  complaintId!: string;
}

/** How a complaint was put right, without its id. */
export class ResolutionDetails {
  @Text({ about: 'what had caused it', optional: true, max: 500 })
  cause?: string;

  @Text({ about: 'what was done about it', optional: true, max: 500, example: 'revisit' })
  remedy?: string;

  @MinorUnits({ about: 'credit given, in minor units; needs a currency', optional: true })
  creditMinor?: number;

  @Currency({ about: 'ISO 4217 code of the credit', optional: true })
  currency?: string;

  @WholeNumber({ about: 'how satisfied the client is with it, 1–5', optional: true, min: 1, max: 5 })
  satisfaction?: number;
}

export class Resolution extends ResolutionDetails {
  @Uuid({ about: 'the complaint resolved' })
  complaintId!: string;
}

/** Why a complaint is open again, without its id. */
export class ReopeningDetails {
  @Text({ about: 'in the client’s words', optional: true, personal: true, max: 10_000 })
  description?: Personal;

  @InstantField({ about: 'when it has to be resolved by now', optional: true })
  slaDueAt?: Instant;
}

export class Reopened extends ReopeningDetails {
  @Uuid({ about: 'the complaint reopened' })
  complaintId!: string;
}

export const ClientComplained = defineEvent({
  type: 'ClientComplained',
  version: 1,
  meaning: 'The client complained.',
  data: Complaint,
});
export const ComplaintResolved = defineEvent({
  type: 'ComplaintResolved',
  version: 1,
  meaning: 'An open complaint was resolved.',
  data: Resolution,
});

export const ComplaintReopened = defineEvent({
  type: 'ComplaintReopened',
  version: 1,
  meaning: 'A resolved complaint turned out not to be.',
  data: Reopened,
});

export const complaintEvents = { ClientComplained, ComplaintResolved, ComplaintReopened } as const;
export type ComplaintEvent = EventOf<(typeof complaintEvents)[keyof typeof complaintEvents]>;
