import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { Currency, InstantField, MinorUnits, OneOf, Text, Uuid } from '../../schema/fields.js';
import type { Instant } from '../../schema/instant.js';

/** Work that we hold to be needed. */
export class RecommendationDetails {
  @Text({
    about: 'what is recommended, by the business’s own name for it',
    max: 120,
    example: 'drain camera',
  })
  serviceType!: string;

  @Text({ about: 'why', optional: true, personal: true, max: 2_000 })
  reason?: Personal;

  @OneOf(['can_wait', 'soon', 'urgent'], { about: 'how soon', optional: true })
  urgency?: string;

  @MinorUnits({ about: 'estimate in minor units; needs a currency', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the estimate', optional: true })
  currency?: string;

  @Uuid({ about: 'the equipment it is about', optional: true })
  equipmentId?: string;

  @Uuid({ about: 'the property it is about', optional: true })
  propertyId?: string;

  @Uuid({ about: 'the service during which it was found', optional: true })
  serviceId?: string;

  @InstantField({ about: 'until when the estimate holds', optional: true })
  expiresAt?: Instant;
}

export class Recommendation extends RecommendationDetails {
  @Uuid({ about: 'id of the recommendation' })
  recommendationId!: string;
}

export class AcceptanceDetails {
  @Uuid({ about: 'the booking that came of it', optional: true })
  bookingId?: string;
}

export class Acceptance extends AcceptanceDetails {
  @Uuid({ about: 'the recommendation accepted' })
  recommendationId!: string;
}

export class RefusalDetails {
  @Text({ about: 'why', optional: true, max: 500, example: 'too expensive' })
  reason?: string;
}

export class Refusal extends RefusalDetails {
  @Uuid({ about: 'the recommendation declined' })
  recommendationId!: string;
}

export const FOLLOW_UP_TOPICS = [
  'installation_check',
  'quality_call',
  'review_request',
  'rebooking',
  'maintenance',
  'other',
] as const;

export class FollowUpDetails {
  @InstantField({ about: 'when it falls due' })
  dueAt!: Instant;

  @OneOf(FOLLOW_UP_TOPICS, { about: 'what for' })
  topic!: string;

  @Text({ about: 'what is to be done', optional: true, personal: true, max: 2_000 })
  task?: Personal;

  @Text({ about: 'who of the staff is to do it', optional: true, max: 80 })
  assignee?: string;

  @Uuid({ about: 'the service it follows', optional: true })
  serviceId?: string;
}

export class FollowUp extends FollowUpDetails {
  @Uuid({ about: 'id of the follow-up' })
  followUpId!: string;
}

export class CompletionDetails {
  @Text({ about: 'what came of it', optional: true, personal: true, max: 2_000 })
  outcome?: Personal;
}

export class FollowUpCompletion extends CompletionDetails {
  @Uuid({ about: 'the follow-up done' })
  followUpId!: string;
}

/** A change of price or scope that was agreed with the client. */
export class Adjustment {
  @OneOf(['discount', 'surcharge', 'credit', 'scope'], { about: 'what was agreed' })
  kind!: string;

  @MinorUnits({ about: 'over how much, in minor units; needs a currency', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the amount', optional: true })
  currency?: string;

  @Text({ about: 'why', max: 500, example: 'second visit for the same leak' })
  reason!: string;

  @Uuid({ about: 'the service it is about', optional: true })
  serviceId?: string;

  @Uuid({ about: 'the plan it is about', optional: true })
  planId?: string;
}

export const RecommendationMade = defineEvent({
  type: 'RecommendationMade',
  version: 1,
  meaning: 'Further work was recommended to the client.',
  data: Recommendation,
});
export const RecommendationAccepted = defineEvent({
  type: 'RecommendationAccepted',
  version: 1,
  meaning: 'The client wants recommended work done.',
  data: Acceptance,
});
export const RecommendationDeclined = defineEvent({
  type: 'RecommendationDeclined',
  version: 1,
  meaning: 'The client does not want recommended work done.',
  data: Refusal,
});
export const FollowUpScheduled = defineEvent({
  type: 'FollowUpScheduled',
  version: 1,
  meaning: 'Something is to be done for the client later.',
  data: FollowUp,
});
export const FollowUpDone = defineEvent({
  type: 'FollowUpDone',
  version: 1,
  meaning: 'What was to be done for the client was done.',
  data: FollowUpCompletion,
});
export const AdjustmentAgreed = defineEvent({
  type: 'AdjustmentAgreed',
  version: 1,
  meaning: 'A change of price or scope was agreed with the client.',
  data: Adjustment,
});

export const followUpWorkEvents = {
  RecommendationMade,
  RecommendationAccepted,
  RecommendationDeclined,
  FollowUpScheduled,
  FollowUpDone,
  AdjustmentAgreed,
} as const;
