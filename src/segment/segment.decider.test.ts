import { describe, it } from '@jest/globals';
import { specify } from '../../test/support/decider-spec.js';
import type { Rule } from './rule.js';
import { segmentDecider, type SegmentCommand } from './segment.decider.js';
import type { SegmentDefinition, SegmentEvent } from './segment.events.js';

const { given } = specify(segmentDecider);
const at = '2024-03-01T09:00:00.000Z';
const later = '2024-04-01T09:00:00.000Z';

const lapsed: Rule = { fact: 'state', op: 'eq', value: 'lapsed' };
const regular: Rule = { fact: 'visits', op: 'gte', value: 3, withinDays: 365 };
const called = (name: string, rule: Rule = lapsed): SegmentDefinition => ({ name, rule, ruleVersion: 1 });

const defined: SegmentEvent = { type: 'SegmentDefined', data: called('Gone'), occurredAt: at };
const retired: SegmentEvent = { type: 'SegmentRetired', data: {}, occurredAt: at };
const define = (data: SegmentDefinition): SegmentCommand => ({ kind: 'DefineSegment', data, at: later });
const revise = (data: SegmentDefinition): SegmentCommand => ({ kind: 'ReviseSegment', data, at: later });
const retire: SegmentCommand = { kind: 'RetireSegment', data: { reason: 'it is over' }, at: later };

describe('defining a segment', () => {
  it('records its name and its rule, with the version of the language', () => {
    given()
      .when(define(called('Gone')))
      .then({ type: 'SegmentDefined', data: called('Gone'), occurredAt: later });
  });

  it('is done once for an id, also after it was retired', () => {
    given(defined)
      .when(define(called('Gone')))
      .thenRefused('illegal', /of this id already/);
    given(defined, retired)
      .when(define(called('Gone')))
      .thenRefused('illegal', /of this id already/);
  });
});

describe('revising a segment', () => {
  it('records the whole of it anew', () => {
    for (const data of [
      called('Lost'),
      called('Gone', regular),
      { ...called('Gone'), description: 'to call' },
    ])
      given(defined).when(revise(data)).then({ type: 'SegmentRevised', data, occurredAt: later });
  });

  it('into what it is already changes nothing, whatever the order of members', () => {
    given(defined)
      .when(revise(called('Gone')))
      .thenNothing();
    const turned = {
      ruleVersion: 1,
      rule: { value: 'lapsed', op: 'eq', fact: 'state' },
      name: 'Gone',
    } as const;
    given(defined).when(revise(turned)).thenNothing();
    const revised: SegmentEvent = { type: 'SegmentRevised', data: called('Gone', regular), occurredAt: at };
    given(defined, revised)
      .when(revise(called('Gone', regular)))
      .thenNothing();
    given(defined, revised)
      .when(revise(called('Gone')))
      .then({ type: 'SegmentRevised', data: called('Gone'), occurredAt: later });
  });

  it('into the same rule of a later version of the language is a revision', () => {
    const data = { ...called('Gone'), ruleVersion: 2 };
    given(defined).when(revise(data)).then({ type: 'SegmentRevised', data, occurredAt: later });
  });

  it('is refused once it is retired, and of one that never was', () => {
    given(defined, retired)
      .when(revise(called('Lost')))
      .thenRefused('illegal', /retired/);
    given()
      .when(revise(called('Lost')))
      .thenRefused('unknown', /no such segment/);
  });
});

describe('retiring a segment', () => {
  it('is recorded once; again it changes nothing', () => {
    given(defined)
      .when(retire)
      .then({ type: 'SegmentRetired', data: { reason: 'it is over' }, occurredAt: later });
    given(defined, retired).when(retire).thenNothing();
  });

  it('is refused of one that never was', () => {
    given()
      .when(retire)
      .thenRefused('unknown', /no such segment/);
  });
});
