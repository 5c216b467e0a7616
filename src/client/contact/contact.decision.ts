import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { noItems, type Items } from '../items.js';
import { slice } from '../slice.js';
import { INSTRUMENTS, type Attempt, type Communication, type Feedback } from './contact.events.js';

export type RecordCommunication = ClientCommandOf<
  'RecordCommunication',
  { direction: 'sent' | 'received'; communication: Communication }
>;
export type AttemptReactivation = ClientCommandOf<'AttemptReactivation', Attempt>;
export type ReceiveFeedback = ClientCommandOf<'ReceiveFeedback', Feedback>;

/** No decision depends on what was said before, so nothing of it is remembered. */
export const communicationSlice = slice<RecordCommunication>()({
  initial: null,
  evolve: {},
  decide: {
    RecordCommunication: (_nothing, { data: { direction, communication: data }, at }) => [
      { type: direction === 'sent' ? 'CommunicationSent' : 'CommunicationReceived', data, occurredAt: at },
    ],
  },
});

/** An attempt to win the client back. */
export interface AttemptMark {
  readonly attemptId: string;
  readonly at: Instant;
}
export type Attempts = Items<AttemptMark>;

export const attemptSlice = slice<AttemptReactivation>()({
  initial: noItems<AttemptMark>(),
  evolve: {
    ReactivationAttempted: (attempts, { data: { attemptId }, occurredAt: at }) =>
      attempts.set(attemptId, { attemptId, at }),
  },
  decide: { AttemptReactivation: attempt },
});

/**
 * An attempt is recorded whatever state the client is in. That it falls into a lapse cannot be held to: it may have gone
 * out to somebody who came back the day before, and a service found later may withdraw the lapse that it was made in. So
 * refusing one would lose a fact and gain no rule; whether a return is owed to it, the return says.
 */
function attempt(attempts: Attempts, { data, at }: AttemptReactivation): Decision<ClientEvent> {
  return attempts.has(data.attemptId)
    ? Rejection.illegal('attempted', 'attempt-once', `attempt ${data.attemptId} is already recorded`)
    : [{ type: 'ReactivationAttempted', data, occurredAt: at }];
}

export interface FeedbackMark {
  readonly at: Instant;
}

export const feedbackSlice = slice<ReceiveFeedback>()({
  initial: noItems<FeedbackMark>(),
  evolve: {
    FeedbackReceived: (answers, { data, occurredAt: at }) => answers.set(data.feedbackId, { at }),
  },
  decide: { ReceiveFeedback: receive },
});

function receive(answers: Items<FeedbackMark>, { data, at }: ReceiveFeedback): Decision<ClientEvent> {
  if (answers.has(data.feedbackId)) {
    return Rejection.illegal('received', 'feedback-once', `feedback ${data.feedbackId} is already recorded`);
  }
  const [least, most] = INSTRUMENTS[data.instrument];
  return data.score < least || data.score > most
    ? Rejection.invalid('score', `must be from ${least} to ${most} for ${data.instrument}`)
    : [{ type: 'FeedbackReceived', data, occurredAt: at }];
}
