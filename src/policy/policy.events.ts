import { defineEvent, type EventOf } from '../event-store/event-definition.js';
import { OneOf, Text, WholeNumber } from '../schema/fields.js';
import { DaysByName, Decimal, Flag, LONGEST_WINDOW_DAYS } from '../schema/value-fields.js';

const days = { min: 1, max: LONGEST_WINDOW_DAYS };

/** The terms of a lapse policy. `fixed` has `windowDays` and nothing else, `graded` has the others. */
export class PolicyTerms {
  @OneOf(['fixed', 'graded'], {
    about: 'the same window for every client, or one by plan, own cadence, service type and trade',
  })
  kind!: 'fixed' | 'graded';

  @WholeNumber({ about: 'fixed: the window of every client, in days', optional: true, ...days })
  windowDays?: number;

  @Decimal({
    about: 'graded: what the interval of a plan, and the client’s own median gap, are multiplied by',
    optional: true,
    min: 1,
    max: 10,
  })
  factor?: number;

  @WholeNumber({ about: 'graded: no window is shorter, in days', optional: true, ...days })
  floorDays?: number;

  @WholeNumber({
    about: 'graded: the window of a client of whom nothing else is known, in days',
    optional: true,
    ...days,
  })
  defaultDays?: number;

  @DaysByName({
    about: 'graded: the window by trade, in days',
    optional: true,
    example: { cleaning: 60, hvac: 540 },
  })
  tradeDays?: Record<string, number>;

  @DaysByName({
    about: 'graded: the window by service type, in days; the business’s own names, whatever their case',
    optional: true,
    example: { 'deep clean': 120 },
  })
  serviceTypeDays?: Record<string, number>;

  @Flag({ about: 'graded: whether a client’s own cadence counts', optional: true })
  ownCadence?: boolean;
}

export class AdoptedPolicy extends PolicyTerms {
  @WholeNumber({ about: 'number of the policy, from 1', min: 1, max: 1_000_000_000 })
  version!: number;

  @Text({ about: 'why it was adopted', optional: true, max: 500 })
  reason?: string;
}

export const LapsePolicyAdopted = defineEvent({
  type: 'LapsePolicyAdopted',
  version: 1,
  meaning: 'Another inactivity counts as a lapse from now on; lapses on record stay as they are.',
  data: AdoptedPolicy,
});

export const policyEvents = { LapsePolicyAdopted } as const;
export type PolicyEvent = EventOf<(typeof policyEvents)[keyof typeof policyEvents]>;

/** Streams of policies; there is one. */
export const POLICY_STREAMS = 'policy-';
export const LAPSE_POLICY_STREAM = `${POLICY_STREAMS}lapse`;
