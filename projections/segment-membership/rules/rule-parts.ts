import { conditionsOf, type Rule } from '../../../src/segment/rule.js';
import type { FactName } from '../../../src/segment/segment-facts.js';
import type { SegmentLife } from '../life/segment-life.js';

/** A part of a client's life, which has a column of its own. */
export type LifePart = keyof SegmentLife;

const SERVICES = ['services'] as const;
/** What is noted on a service is found by its id. */
const NOTED = [...SERVICES, 'lifecycle', 'details'] as const;

/** What each fact of the catalogue is found in, beside the span; a fact that looks elsewhere fails (`LifeFacts.part`). */
const foundIn: { readonly [Name in FactName]: readonly LifePart[] } = {
  state: ['lifecycle', 'evidence'],
  clientType: ['said'],
  trade: ['said'],
  source: ['said'],
  owner: ['said'],
  tags: ['tags'],
  convertedOn: [],
  daysSinceConversion: [],
  services: SERVICES,
  visits: SERVICES,
  serviceTypes: SERVICES,
  technicians: NOTED,
  daysSinceLastService: SERVICES,
  usualGapDays: SERVICES,
  lifetimeValueMinor: SERVICES,
  revenueMinor: SERVICES,
  lastStars: [...NOTED, 'answers'],
  averageStars: [...NOTED, 'answers'],
  lastCsat: ['answers'],
  averageCsat: ['answers'],
  lastNps: ['answers'],
  averageNps: ['answers'],
  complaints: ['complaints'],
  openComplaints: ['complaints'],
  onPlan: ['plans'],
  plans: ['plans'],
  invoices: ['invoices'],
  consent: ['consents'],
  rfmRecency: SERVICES,
  rfmFrequency: SERVICES,
  rfmMonetary: SERVICES,
  rfmSegment: SERVICES,
};

/** @returns the parts of a life by which alone it is decided when these rules hold, each once */
export const partsOf = (...rules: readonly Rule[]): LifePart[] => [
  ...new Set<LifePart>(['span', ...rules.flatMap(conditionsOf).flatMap(({ fact }) => foundIn[fact])]),
];
