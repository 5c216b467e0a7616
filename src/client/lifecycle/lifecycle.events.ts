import type { Personal } from '../../event-store/forgotten.js';
import { asItWas, defineEvent, type EventOf } from '../../event-store/event-definition.js';
import {
  Currency,
  InstantField,
  MinorUnits,
  OneOf,
  Text,
  Texts,
  Uuid,
  WholeNumber,
} from '../../schema/fields.js';
import { WINDOW_BASES, type WindowBasis } from '../../policy/lapse-policy.js';
import type { Instant } from '../../schema/instant.js';
import { ClientDetails, Tags } from '../record/details.events.js';

/** What is known of a client at conversion. Everything but the fact itself may still be unknown. */
export class Conversion extends ClientDetails {
  @Uuid({ about: 'the client who referred this one', optional: true })
  referrerId?: string;

  @Text({ about: 'who of the staff looks after the client', optional: true, max: 80 })
  owner?: string;

  @Tags({ about: 'tags', optional: true })
  tags?: string[];
}

/** One completed visit or job, without its id. */
export class ServiceDetails {
  @Text({
    about: 'what was done, by the business’s own name for it',
    optional: true,
    max: 120,
    example: 'drain cleaning',
  })
  serviceType?: string;

  @Texts({ about: 'who did it', optional: true })
  technicians?: string[];

  @Text({ about: 'the property served', optional: true, max: 80 })
  propertyId?: string;

  @Text({ about: 'the equipment served', optional: true, max: 80 })
  equipmentId?: string;

  @OneOf(['completed', 'partly_completed', 'follow_up_needed'], { about: 'how it ended', optional: true })
  outcome?: string;

  @OneOf(['routine', 'urgent', 'emergency'], { about: 'how urgent it was', optional: true })
  urgency?: string;

  @MinorUnits({ about: 'amount in minor units; needs a currency', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the amount', optional: true })
  currency?: string;

  @Text({ about: 'the plan it belongs to', optional: true, max: 80 })
  planId?: string;

  @Text({ about: 'the booking it fulfils', optional: true, max: 80 })
  bookingId?: string;

  @Uuid({ about: 'the service it puts right', optional: true })
  callbackOf?: string;

  @WholeNumber({ about: 'what the client gave on the spot, in stars', optional: true, min: 1, max: 5 })
  rating?: number;

  @Text({ about: 'notes of the technician', optional: true, personal: true, max: 10_000 })
  notes?: Personal;

  @InstantField({ about: 'when the next service falls due', optional: true })
  nextDueAt?: Instant;
}

export class Service extends ServiceDetails {
  @Uuid({ about: 'id of the service; from an import it derives from the business’s own job number' })
  serviceId!: string;
}

/** What a correction may change of a service; what it leaves out stays as it was. */
export class CorrectedDetails extends ServiceDetails {
  @InstantField({ about: 'when it was really done', optional: true })
  servicedAt?: Instant;

  @Text({ about: 'why it is corrected', optional: true, max: 500, example: 'invoice typed wrongly' })
  reason?: string;
}

/** A correction. It says what the service now comes to, and what it came to before, so that a read model can restate. */
export class ServiceCorrection extends CorrectedDetails {
  @Uuid({ about: 'the service corrected' })
  serviceId!: string;

  @InstantField({ about: 'when it was done, as now known' })
  declare servicedAt: Instant;

  @InstantField({ about: 'when it was done, as recorded until now' })
  previouslyServicedAt!: Instant;

  @MinorUnits({ about: 'amount as recorded until now', optional: true })
  previousAmountMinor?: number;

  @Currency({ about: 'ISO 4217 code of that amount', optional: true })
  previousCurrency?: string;
}

export class VoidReason {
  @Text({ about: 'why it is void', optional: true, max: 500, example: 'entered for the wrong client' })
  reason?: string;
}

/** A void. It says what goes, so that a read model can restate. */
export class ServiceVoid extends VoidReason {
  @Uuid({ about: 'the service that never was' })
  serviceId!: string;

  @InstantField({ about: 'when it was held to have been done' })
  servicedAt!: Instant;

  @MinorUnits({ about: 'amount that goes with it', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the amount', optional: true })
  currency?: string;
}

export class Lapse {
  @Uuid({ about: 'id of the lapse' })
  lapseId!: string;

  @InstantField({ about: 'the service whose window ran out' })
  lastServicedAt!: Instant;

  @WholeNumber({ about: 'the window, in days of 86,400 s', min: 1, max: 36_500 })
  windowDays!: number;

  @OneOf(WINDOW_BASES, { about: 'which rule of the lapse policy gave the window' })
  basis!: WindowBasis;

  @WholeNumber({ about: 'version of the lapse policy', min: 0, max: 1_000_000_000 })
  policyVersion!: number;

  @InstantField({
    about:
      'what kept the client beyond the window (a plan, a booking, a closure) ended here; the lapse is dated so',
    optional: true,
  })
  heldUntil?: Instant;
}

export class Reactivation {
  @Uuid({ about: 'the lapse that ended' })
  lapseId!: string;

  @Uuid({ about: 'the service that ended it' })
  serviceId!: string;

  @WholeNumber({ about: 'whole days from the lapse to the return', min: 0, max: 1_000_000 })
  daysLapsed!: number;

  @WholeNumber({ about: 'number of the stretch of relationship that begins, from 2', min: 2, max: 1_000_000 })
  episode!: number;

  @Uuid({ about: 'the win-back attempt that led to it', optional: true })
  attemptId?: string;
}

export class LapseRevocation {
  @Uuid({ about: 'the lapse that the record no longer bears out' })
  lapseId!: string;

  @Uuid({
    about: 'the service whose recording, correction or void showed it; absent after a merge or its undoing',
    optional: true,
  })
  serviceId?: string;
}

export class ReactivationRevocation {
  @Uuid({ about: 'the lapse whose ending the record no longer bears out' })
  lapseId!: string;

  @Uuid({ about: 'the service that had been taken for the return' })
  serviceId!: string;
}

export const ClientConverted = defineEvent({
  type: 'ClientConverted',
  version: 1,
  meaning: 'A lead became a client.',
  data: Conversion,
});
export const ClientServiced = defineEvent({
  type: 'ClientServiced',
  version: 1,
  meaning: 'A visit or job was completed.',
  data: Service,
});
export const ServiceCorrected = defineEvent({
  type: 'ServiceCorrected',
  version: 1,
  meaning: 'What was recorded of a service was wrong, and is put right.',
  data: ServiceCorrection,
});
export const ServiceVoided = defineEvent({
  type: 'ServiceVoided',
  version: 1,
  meaning: 'A recorded service never took place: it counts nowhere, also not in the past.',
  data: ServiceVoid,
});
export const ClientLapsed = defineEvent({
  type: 'ClientLapsed',
  version: 2,
  meaning: 'The window after the last service ran out; dated at the instant it did.',
  data: Lapse,
  upcast: { 1: asItWas },
});
export const ClientReactivated = defineEvent({
  type: 'ClientReactivated',
  version: 2,
  meaning: 'A lapsed client was serviced again.',
  data: Reactivation,
  upcast: { 1: asItWas },
});
export const LapseRevoked = defineEvent({
  type: 'LapseRevoked',
  version: 2,
  meaning: 'A recorded lapse turned out not to have happened: the services now on record do not bear it out.',
  data: LapseRevocation,
  upcast: { 1: asItWas },
});
export const ReactivationRevoked = defineEvent({
  type: 'ReactivationRevoked',
  version: 1,
  meaning: 'A recorded return turned out not to be one: the services now on record do not bear it out.',
  data: ReactivationRevocation,
});

export const lifecycleEvents = {
  ClientConverted,
  ClientServiced,
  ServiceCorrected,
  ServiceVoided,
  ClientLapsed,
  ClientReactivated,
  LapseRevoked,
  ReactivationRevoked,
} as const;

export type LifecycleEvent = EventOf<(typeof lifecycleEvents)[keyof typeof lifecycleEvents]>;
