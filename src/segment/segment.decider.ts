import { fromJS, is } from 'immutable';
import { Rejection, type Decider, type Decision } from '../event-store/decider.js';
import type { Instant } from '../schema/instant.js';
import type { SegmentDefinition, SegmentEvent, SegmentRetirement } from './segment.events.js';

/** What the write side remembers of a segment; null before it is defined. */
export type SegmentState = { readonly definition: SegmentDefinition; readonly retired: boolean } | null;

interface SegmentCommandOf<Kind extends string, Data> {
  readonly kind: Kind;
  readonly data: Data;
  readonly at: Instant;
}
export type SegmentCommand =
  | SegmentCommandOf<'DefineSegment', SegmentDefinition>
  | SegmentCommandOf<'ReviseSegment', SegmentDefinition>
  | SegmentCommandOf<'RetireSegment', SegmentRetirement>;

type Intent<Command> = Command extends SegmentCommand ? Pick<Command, 'kind' | 'data'> : never;
/** What is wanted of a segment, and nothing of when. */
export type SegmentIntent = Intent<SegmentCommand>;

export const segmentDecider: Decider<SegmentState, SegmentCommand, SegmentEvent> = {
  initial: null,
  evolve,
  decide,
};

function evolve(segment: SegmentState, event: SegmentEvent): SegmentState {
  switch (event.type) {
    case 'SegmentDefined':
    case 'SegmentRevised':
      return { definition: event.data, retired: false };
    case 'SegmentRetired':
      return segment && { ...segment, retired: true };
  }
}

function decide(segment: SegmentState, { kind, data, at }: SegmentCommand): Decision<SegmentEvent> {
  if (kind === 'DefineSegment') {
    return segment === null
      ? [{ type: 'SegmentDefined', data, occurredAt: at }]
      : Rejection.illegal(statusOf(segment), 'define-once', 'there is a segment of this id already');
  }
  if (segment === null) return Rejection.unknown('there is no such segment');
  if (kind === 'RetireSegment') {
    return segment.retired ? [] : [{ type: 'SegmentRetired', data, occurredAt: at }];
  }
  if (segment.retired) {
    const detail = 'the segment is retired, and stays as it was; define another one';
    return Rejection.illegal('retired', 'retired-for-good', detail);
  }
  return same(segment.definition, data) ? [] : [{ type: 'SegmentRevised', data, occurredAt: at }];
}

const statusOf = ({ retired }: NonNullable<SegmentState>): string => (retired ? 'retired' : 'defined');

/** Whatever the order of members, which a JSON object has not. */
const same = (one: SegmentDefinition, other: SegmentDefinition): boolean => is(fromJS(one), fromJS(other));
