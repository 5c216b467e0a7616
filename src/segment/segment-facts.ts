import { CHANNELS, CONTACT_KINDS } from '../client/contact/contact.events.js';
import { ClientDetails, TAG, TAG_SAYS } from '../client/record/details.events.js';
import { fieldsOf } from '../schema/fields.js';
import {
  currencyCode,
  day,
  decimal,
  listOf,
  matching,
  oneOf,
  rangeOf,
  text,
  whole,
  yesOrNo,
  type RuleValue,
} from './rule-values.js';

/**
 * What kind of thing a fact is, and so what can be asked of it.
 * - `name`: one of some names, or none
 * - `names`: any number of them
 * - `amount`: a number or a day, so that one comes before another
 * - `flag`: yes or no
 */
type Shape = 'name' | 'names' | 'amount' | 'flag';

export type Operator = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'between' | 'in' | 'exists';

/** What a fact may have to be told beside a value. */
export const ruleParameters = {
  withinDays: {
    about: 'only what happened less than so many days of 86,400 s before counts',
    value: whole(1, 36_500),
  },
  currency: { about: 'the currency; amounts in others do not count', value: currencyCode },
  channel: { about: 'by which channel', value: oneOf(CHANNELS) },
  kind: { about: 'for which purpose', value: oneOf(CONTACT_KINDS) },
} as const satisfies Record<string, { about: string; value: RuleValue }>;
export type RuleParameter = keyof typeof ruleParameters;

/** A fact that rules can speak of. What it is worth on a date, and how that is found, is no part of a rule. */
export interface SegmentFact {
  readonly about: string;
  readonly shape: Shape;
  readonly value: RuleValue;
  /** which clients have none; a fact without this is there for every client */
  readonly absent?: string;
  readonly needs?: readonly RuleParameter[];
  readonly takes?: readonly RuleParameter[];
}

const count = whole(0, 1_000_000);
const days = whole(0, 36_500);
const minorUnits = whole(0, 1_000_000_000_000_000);
const score = whole(1, 5);

/** @returns the choices that a field of a client leaves, which stand in one place */
const choicesOf = (name: keyof ClientDetails): readonly string[] =>
  fieldsOf(ClientDetails).find((field) => field.name === name)?.schema.enum ?? [];

const NEVER_SERVICED = 'clients that were never serviced';
const NEVER_ANSWERED = 'clients that gave no such answer';

const rating = (about: string, value: RuleValue): SegmentFact => ({
  about,
  shape: 'amount',
  value,
  absent: NEVER_ANSWERED,
});
const averageRating = (about: string, value: RuleValue): SegmentFact => ({
  ...rating(about, value),
  takes: ['withinDays'],
});
const rfm = (about: string, more: Partial<SegmentFact> = {}): SegmentFact => ({
  about,
  shape: 'amount',
  value: score,
  absent: NEVER_SERVICED,
  ...more,
});

/** Everything that a rule can speak of. Names and meanings are for ever: rules that were stored name them. */
export const segmentFacts = {
  state: {
    about: 'the state of its lifecycle',
    shape: 'name',
    value: oneOf(['new', 'active', 'lapsed', 'reactivated', 'closed']),
  },
  clientType: {
    about: 'kind of client',
    shape: 'name',
    value: oneOf(choicesOf('clientType')),
    absent: 'clients of whom it is not known',
  },
  trade: {
    about: 'the trade that serves it',
    shape: 'name',
    value: oneOf(choicesOf('trade')),
    absent: 'clients of whom it is not known',
  },
  source: {
    about: 'where the lead came from',
    shape: 'name',
    value: text(80),
    absent: 'clients of whom it is not known',
  },
  owner: {
    about: 'who of the staff looks after it',
    shape: 'name',
    value: text(80),
    absent: 'clients that nobody looks after',
  },
  tags: { about: 'its tags', shape: 'names', value: matching(TAG_SAYS, TAG) },
  convertedOn: { about: 'the day it converted, in the business’s zone', shape: 'amount', value: day },
  daysSinceConversion: { about: 'whole days since it converted', shape: 'amount', value: days },
  services: { about: 'number of services', shape: 'amount', value: count, takes: ['withinDays'] },
  visits: {
    about: 'number of days, in the business’s zone, with at least one service',
    shape: 'amount',
    value: count,
    takes: ['withinDays'],
  },
  serviceTypes: {
    about: 'types of the services it had',
    shape: 'names',
    value: text(120),
    takes: ['withinDays'],
  },
  technicians: { about: 'who served it', shape: 'names', value: text(80), takes: ['withinDays'] },
  daysSinceLastService: {
    about: 'whole days since its last service',
    shape: 'amount',
    value: days,
    absent: NEVER_SERVICED,
  },
  usualGapDays: {
    about: 'the median of its last 24 gaps of a day or more between services, in days',
    shape: 'amount',
    value: decimal(0, 36_500),
    absent: 'clients with fewer than three services on different days',
  },
  lifetimeValueMinor: {
    about: 'amounts of all its services together, in minor units',
    shape: 'amount',
    value: minorUnits,
    needs: ['currency'],
  },
  revenueMinor: {
    about: 'amounts of its services within those days together, in minor units',
    shape: 'amount',
    value: minorUnits,
    needs: ['currency', 'withinDays'],
  },
  lastStars: rating('stars it last gave, with a service or when asked', whole(1, 5)),
  averageStars: averageRating('mean of the stars it gave', decimal(1, 5)),
  lastCsat: rating('how satisfied it last said to be, 1–5', whole(1, 5)),
  averageCsat: averageRating('mean of how satisfied it said to be', decimal(1, 5)),
  lastNps: rating('how likely it last said to recommend us, 0–10', whole(0, 10)),
  averageNps: averageRating('mean of how likely it said to recommend us', decimal(0, 10)),
  complaints: { about: 'number of complaints', shape: 'amount', value: count, takes: ['withinDays'] },
  openComplaints: { about: 'number of complaints that are open', shape: 'amount', value: count },
  onPlan: { about: 'whether it has a plan that has not ended, paused or not', shape: 'flag', value: yesOrNo },
  plans: { about: 'names of its plans that have not ended', shape: 'names', value: text(120) },
  invoices: {
    about: 'what its invoices are: open and not overdue, overdue, or paid in full',
    shape: 'names',
    value: oneOf(['open', 'overdue', 'paid']),
  },
  consent: {
    about:
      'whether it agreed to being contacted by a channel for a purpose; the last word on that one, or on all, counts',
    shape: 'name',
    value: oneOf(['granted', 'withdrawn']),
    absent: 'clients that said nothing on it',
    needs: ['channel', 'kind'],
  },
  rfmRecency: rfm('score of how lately it was visited, among all clients'),
  rfmFrequency: rfm('score of how often it was visited, among all clients'),
  rfmMonetary: rfm('score of what it spent, among all clients', { needs: ['currency'] }),
  rfmSegment: rfm('what the three scores together make of it', {
    shape: 'name',
    value: oneOf([
      'champions',
      'loyal',
      'at_risk',
      'potential_loyal',
      'new_or_promising',
      'needs_attention',
      'about_to_sleep',
      'hibernating',
      'lost',
    ]),
    needs: ['currency'],
  }),
} as const satisfies Record<string, SegmentFact>;
export type FactName = keyof typeof segmentFacts;

export const isFact = (name: unknown): name is FactName =>
  typeof name === 'string' && Object.hasOwn(segmentFacts, name);

/** @returns what can be asked of a fact, and what value each question takes */
export function operatorsOf(fact: SegmentFact): Partial<Record<Operator, RuleValue>> {
  const { shape, value, absent } = fact;
  const asked: Record<Shape, Partial<Record<Operator, RuleValue>>> = {
    name: { eq: value, ne: value, in: listOf(value) },
    names: { in: listOf(value) },
    amount: {
      ...{ eq: value, ne: value, lt: value, lte: value, gt: value, gte: value },
      between: rangeOf(value),
    },
    flag: { eq: value },
  };
  const canBeAbsent = absent !== undefined || shape === 'names';
  return { ...asked[shape], ...(canBeAbsent ? { exists: yesOrNo } : {}) };
}
