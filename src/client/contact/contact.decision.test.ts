import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { commandsTo } from '../../../test/support/commands.js';
import { specify } from '../../../test/support/decider-spec.js';
import { Rejection } from '../../event-store/decider.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import { clientDecider } from '../client.decider.js';
import type { ClientEvent } from '../client.events.js';
import { lifeOf } from '../identity/identity.decision.js';
import { INSTRUMENTS, type Instrument } from './contact.events.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const command = commandsTo(clientId);
const { given } = specify(clientDecider);
const day = (n: number): Instant => plusDays('2024-01-01T12:00:00.000Z', n);
const id = (name: string) => uuidv5(name, clientId);

const converted: ClientEvent = { type: 'ClientConverted', data: {}, occurredAt: day(0) };
const serviced = (name: string, at: Instant): ClientEvent => ({
  type: 'ClientServiced',
  data: { serviceId: id(name) },
  occurredAt: at,
});
const lapsed = (lastServicedAt: Instant): ClientEvent => ({
  type: 'ClientLapsed',
  data: { lapseId: id('lapse/1'), lastServicedAt, windowDays: 90, basis: 'fixed', policyVersion: 0 },
  occurredAt: plusDays(lastServicedAt, 90),
});
const attempted = (name: string, at: Instant): ClientEvent => ({
  type: 'ReactivationAttempted',
  data: { attemptId: id(name), channel: 'email' },
  occurredAt: at,
});
const returned = (by: string, at: Instant, daysLapsed: number, attempt?: string): ClientEvent => ({
  type: 'ClientReactivated',
  data: {
    ...{ lapseId: id('lapse/1'), serviceId: id(by), daysLapsed, episode: 2 },
    ...(attempt ? { attemptId: id(attempt) } : {}),
  },
  occurredAt: at,
});
const service = (name: string, at: Instant) =>
  command({ kind: 'RecordService', data: { serviceId: id(name) } }, at);

describe('a communication', () => {
  const communication = { channel: 'email', kind: 'rebooking', subject: 'Time for a clean?' };
  const said = (direction: 'sent' | 'received', now: Instant) =>
    command({ kind: 'RecordCommunication', data: { direction, communication } }, now);

  it('is recorded by who turned to whom', () => {
    given(converted)
      .when(said('sent', day(1)))
      .then({ type: 'CommunicationSent', data: communication, occurredAt: day(1) });
    given(converted)
      .when(said('received', day(1)))
      .then({ type: 'CommunicationReceived', data: communication, occurredAt: day(1) });
  });

  it('goes on with a client that is lapsed or closed, and changes nothing of either', () => {
    const closed: ClientEvent = { type: 'ClientClosed', data: { reason: 'price' }, occurredAt: day(200) };
    for (const facts of [[lapsed(day(1))], [lapsed(day(1)), closed]])
      given(converted, serviced('s1', day(1)), ...facts)
        .when(said('sent', day(201)))
        .then({ type: 'CommunicationSent', data: communication, occurredAt: day(201) });
  });

  it('is with somebody: an unknown client is refused', () => {
    given()
      .when(said('sent', day(1)))
      .thenRefused('unknown', /no such client/);
  });
});

describe('an attempt to win a client back', () => {
  const attempt = (name: string, at: Instant, now = at) =>
    command({ kind: 'AttemptReactivation', data: { attemptId: id(name), channel: 'email' } }, at, now);

  it('is recorded once for an id', () => {
    given(converted, serviced('s1', day(1)), lapsed(day(1)))
      .when(attempt('a1', day(100)))
      .then(attempted('a1', day(100)));
    given(converted, attempted('a1', day(100)))
      .when(attempt('a1', day(101)))
      .thenRefused('illegal', /already recorded/);
  });

  it('is recorded late, too, and of a client that was not lapsed after all', () => {
    const facts = [converted, serviced('s1', day(1)), lapsed(day(1)), serviced('s2', day(110))];
    given(...facts, returned('s2', day(110), 19))
      .when(attempt('a1', day(100), day(120)))
      .then(attempted('a1', day(100)));
    given(converted, serviced('s1', day(1)))
      .when(attempt('a1', day(2)))
      .then(attempted('a1', day(2)));
  });

  it('is what a return is owed to if it is the last one by date between the lapse and the return', () => {
    // a3 was written down after a2, but made before it; a4 is of after the return.
    const attempts = [attempted('a1', day(50)), attempted('a2', day(105)), attempted('a3', day(100))];
    given(converted, serviced('s1', day(1)), lapsed(day(1)), ...attempts, attempted('a4', day(111)))
      .when(service('s2', day(110)))
      .then(serviced('s2', day(110)), returned('s2', day(110), 19, 'a2'));
  });

  it('made while the client was not lapsed brought nobody back', () => {
    given(converted, serviced('s1', day(1)), lapsed(day(1)), attempted('a1', day(90)))
      .when(service('s2', day(110)))
      .then(serviced('s2', day(110)), returned('s2', day(110), 19));
  });

  it('passes to the survivor when clients are merged, with feedback', () => {
    const answered: ClientEvent = {
      type: 'FeedbackReceived',
      data: { feedbackId: id('f1'), instrument: 'nps', score: 9 },
      occurredAt: day(2),
    };
    const absorbed = [converted, serviced('s1', day(1)), answered, lapsed(day(1)), attempted('a1', day(100))];
    const life = lifeOf(absorbed.reduce(clientDecider.evolve, clientDecider.initial));
    const absorption: ClientEvent = {
      type: 'ClientAbsorbed',
      data: { absorbedId: id('other'), convertedAt: day(0), life },
      occurredAt: day(105),
    };
    given(converted, absorption)
      .when(service('s2', day(110)))
      .then(serviced('s2', day(110)), returned('s2', day(110), 19, 'a1'));
    given(converted, absorption)
      .when(attempt('a1', day(110)))
      .thenRefused('illegal', /already recorded/);
    given(converted, absorption)
      .when(command({ kind: 'ReceiveFeedback', data: answered.data }, day(110)))
      .thenRefused('illegal', /already recorded/);
  });
});

describe('feedback', () => {
  const feedback = (instrument: Instrument, score: number, name = 'f1') =>
    command({ kind: 'ReceiveFeedback', data: { feedbackId: id(name), instrument, score } }, day(1));

  it('is recorded once for an id; another answer is another feedback', () => {
    const answered: ClientEvent = {
      type: 'FeedbackReceived',
      data: { feedbackId: id('f1'), instrument: 'csat', score: 4 },
      occurredAt: day(1),
    };
    given(converted).when(feedback('csat', 4)).then(answered);
    given(converted, answered)
      .when(feedback('csat', 5))
      .thenRefused('illegal', /already recorded/);
    given(converted, answered)
      .when(feedback('csat', 5, 'f2'))
      .then({
        type: 'FeedbackReceived',
        data: { feedbackId: id('f2'), instrument: 'csat', score: 5 },
        occurredAt: day(1),
      });
  });

  it('is refused exactly outside the range of its instrument, which the refusal names', () => {
    const state = clientDecider.evolve(clientDecider.initial, converted);
    const instruments = fc.constantFrom(...(Object.keys(INSTRUMENTS) as Instrument[]));
    fc.assert(
      fc.property(instruments, fc.integer({ min: 0, max: 10 }), (instrument, score) => {
        const decision = clientDecider.decide(state, feedback(instrument, score));
        const [least, most] = INSTRUMENTS[instrument];
        const refusal = decision instanceof Rejection ? [decision.more.path, decision.detail] : null;
        const range = ['score', `must be from ${least} to ${most} for ${instrument}`];
        expect(refusal).toEqual(least <= score && score <= most ? null : range);
      }),
    );
  });
});
