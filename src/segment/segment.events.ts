import { defineEvent, type EventOf } from '../event-store/event-definition.js';
import { Text, WholeNumber } from '../schema/fields.js';
import { RuleField } from './rule-field.js';
import type { Rule } from './rule.js';

/** What a segment is called. */
export class SegmentName {
  @Text({ about: 'name', max: 120, example: 'Lapsed regulars' })
  name!: string;

  @Text({ about: 'what it is for', optional: true, max: 2_000 })
  description?: string;
}

export class SegmentDefinition extends SegmentName {
  @RuleField({ about: 'which clients are in it' })
  rule!: Rule;

  @WholeNumber({ about: 'version of the language that the rule is written in', min: 1, max: 1_000 })
  ruleVersion!: number;
}

export class SegmentRetirement {
  @Text({ about: 'why', optional: true, max: 500, example: 'the spring campaign is over' })
  reason?: string;
}

export const SegmentDefined = defineEvent({
  type: 'SegmentDefined',
  version: 1,
  meaning: 'A segment of clients was defined by a rule.',
  data: SegmentDefinition,
});
export const SegmentRevised = defineEvent({
  type: 'SegmentRevised',
  version: 1,
  meaning: 'A segment is called or defined otherwise from now on; who was in it before stays so.',
  data: SegmentDefinition,
});
export const SegmentRetired = defineEvent({
  type: 'SegmentRetired',
  version: 1,
  meaning: 'A segment is no longer kept; who was in it before stays so.',
  data: SegmentRetirement,
});

export const segmentEvents = { SegmentDefined, SegmentRevised, SegmentRetired } as const;
export type SegmentEvent = EventOf<(typeof segmentEvents)[keyof typeof segmentEvents]>;

/** One segment, one stream. */
export const SEGMENT_STREAMS = 'segment-';
export const segmentStream = (segmentId: string): string => `${SEGMENT_STREAMS}${segmentId}`;
