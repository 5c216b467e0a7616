import { asItWas, defineEvent } from '../../event-store/event-definition.js';
import { Currency, InstantField, MinorUnits, Text, Texts, Uuid, WholeNumber } from '../../schema/fields.js';
import { Day } from '../../schema/value-fields.js';
import type { Instant } from '../../schema/instant.js';

/** What may change of a plan while it goes on. */
export class PlanTerms {
  @Text({ about: 'name of the plan', optional: true, max: 120, example: 'fortnightly clean' })
  name?: string;

  @Text({ about: 'what is done each time, by the business’s own name for it', optional: true, max: 120 })
  serviceType?: string;

  @WholeNumber({ about: 'days from one service to the next', optional: true, min: 1, max: 3_650 })
  intervalDays?: number;

  @MinorUnits({ about: 'price of each service, in minor units; needs a currency', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the price', optional: true })
  currency?: string;

  @Uuid({ about: 'the property served', optional: true })
  propertyId?: string;

  @Texts({ about: 'who comes', optional: true })
  technicians?: string[];

  @Day({
    about: 'the last day of the agreement, where it has one; it goes on until it is ended',
    optional: true,
  })
  endsOn?: string;
}

export class PlanEnrolment extends PlanTerms {
  @WholeNumber({ about: 'days from one service to the next', min: 1, max: 3_650, example: 14 })
  declare intervalDays: number;
}

export class Plan extends PlanEnrolment {
  @Uuid({ about: 'id of the plan' })
  planId!: string;
}

export class PlanChange extends PlanTerms {
  @Uuid({ about: 'the plan changed' })
  planId!: string;
}

export class PauseDetails {
  @InstantField({ about: 'until when, if that is known', optional: true })
  until?: Instant;

  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export class PlanPause extends PauseDetails {
  @Uuid({ about: 'the plan paused' })
  planId!: string;
}

export class PlanResumption {
  @Uuid({ about: 'the plan that goes on' })
  planId!: string;
}

export class EndDetails {
  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export class PlanEnd extends EndDetails {
  @Uuid({ about: 'the plan that ends' })
  planId!: string;
}

export const PlanEnrolled = defineEvent({
  type: 'PlanEnrolled',
  version: 2,
  meaning: 'The client took up a recurring service or a maintenance plan.',
  data: Plan,
  upcast: { 1: asItWas },
});
export const PlanChanged = defineEvent({
  type: 'PlanChanged',
  version: 2,
  meaning: 'The terms of a plan changed.',
  data: PlanChange,
  upcast: { 1: asItWas },
});
export const PlanPaused = defineEvent({
  type: 'PlanPaused',
  version: 1,
  meaning: 'A plan stands still for a while.',
  data: PlanPause,
});
export const PlanResumed = defineEvent({
  type: 'PlanResumed',
  version: 1,
  meaning: 'A paused plan goes on.',
  data: PlanResumption,
});
export const PlanEnded = defineEvent({
  type: 'PlanEnded',
  version: 1,
  meaning: 'A plan came to its end.',
  data: PlanEnd,
});

export const planTermsEvents = { PlanEnrolled, PlanChanged, PlanPaused, PlanResumed, PlanEnded } as const;
