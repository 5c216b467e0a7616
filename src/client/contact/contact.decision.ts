import { Set as ImmutableSet } from 'immutable';
import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import { slice } from '../slice.js';
import {
  INSTRUMENTS,
  type Attempt,
  type Communication,
  type ContactEvent,
  type Feedback,
} from './contact.events.js';

export type RecordCommunication = ClientCommandOf<
  'RecordCommunication',
  { direction: 'sent' | 'received'; communication: Communication }
>;
export type AttemptReactivation = ClientCommandOf<'AttemptReactivation', Attempt>;
export type ReceiveFeedback = ClientCommandOf<'ReceiveFeedback', Feedback>;

export interface Contact {
  /** win-back attempts, by business time */
  readonly attempts: readonly { readonly attemptId: string; readonly at: Instant }[];
  readonly feedback: ImmutableSet<string>;
}

const noContact: Contact = { attempts: [], feedback: ImmutableSet<string>() };

export const contactSlice = slice<RecordCommunication | AttemptReactivation | ReceiveFeedback>()({
  initial: noContact,
  evolve: {
    ReactivationAttempted: (contact, { data, occurredAt: at }) => {
      const attempts = [...contact.attempts, { attemptId: data.attemptId, at }];
      return { ...contact, attempts: attempts.sort((a, b) => (a.at < b.at ? -1 : 1)) };
    },
    FeedbackReceived: (contact, { data }) => ({
      ...contact,
      feedback: contact.feedback.add(data.feedbackId),
    }),
  },
  decide: {
    RecordCommunication: (_contact, { data, at }) => [
      {
        type: data.direction === 'sent' ? 'CommunicationSent' : 'CommunicationReceived',
        data: data.communication,
        occurredAt: at,
      },
    ],
    AttemptReactivation: attemptReactivation,
    ReceiveFeedback: receiveFeedback,
  },
});

/**
 * An attempt is recorded whatever state the client is in: it may be written down late, or have gone out to somebody who
 * came back the day before. Whether a return is owed to it, the return says.
 */
function attemptReactivation(
  { attempts }: Contact,
  { data, at }: AttemptReactivation,
): Decision<ContactEvent> {
  if (attempts.some(({ attemptId }) => attemptId === data.attemptId)) {
    return Rejection.illegal('attempted', 'attempt-once', `attempt ${data.attemptId} is already recorded`);
  }
  return [{ type: 'ReactivationAttempted', data, occurredAt: at }];
}

function receiveFeedback({ feedback }: Contact, { data, at }: ReceiveFeedback): Decision<ContactEvent> {
  if (feedback.has(data.feedbackId)) {
    return Rejection.illegal('received', 'feedback-once', `feedback ${data.feedbackId} is already recorded`);
  }
  const [least, most] = INSTRUMENTS[data.instrument];
  if (data.score < least || data.score > most) {
    return Rejection.invalid('score', `must be from ${least} to ${most} for ${data.instrument}`);
  }
  return [{ type: 'FeedbackReceived', data, occurredAt: at }];
}
