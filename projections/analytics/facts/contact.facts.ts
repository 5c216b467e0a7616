import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns } from './fact-events.js';

/** What the client thinks of a service, or of us. */
export type FeedbackFact = FactColumns & {
  feedback_id: string;
  instrument: string;
  score: number;
  service_id: string | null;
};

export const factFeedback: Table<FeedbackFact> = {
  name: 'fact_feedback',
  columns: {
    ...FACT_COLUMNS,
    feedback_id: 'uuid',
    instrument: 'text',
    score: 'integer',
    service_id: 'uuid?',
  },
  key: ['client_id', 'position'],
};

export const feedbackFacts = facts(factFeedback, {
  FeedbackReceived: (fact) => {
    const { feedbackId, instrument, score, serviceId } = fact.event.data;
    return [{ ...factOf(fact), feedback_id: feedbackId, instrument, score, service_id: serviceId ?? null }];
  },
});

/** That the client was asked what it thinks. */
export type AskFact = FactColumns & { channel: string; service_id: string | null };

export const factAsk: Table<AskFact> = {
  name: 'fact_ask',
  columns: { ...FACT_COLUMNS, channel: 'text', service_id: 'uuid?' },
  key: ['client_id', 'position'],
};

export const askFacts = facts(factAsk, {
  CommunicationSent: (fact) => {
    const { kind, channel, serviceId } = fact.event.data;
    return kind === 'review_request' ? [{ ...factOf(fact), channel, service_id: serviceId ?? null }] : [];
  },
});

/** That it was tried to win the client back. */
export type AttemptFact = FactColumns & { attempt_id: string; channel: string; campaign: string | null };

export const factAttempt: Table<AttemptFact> = {
  name: 'fact_attempt',
  columns: { ...FACT_COLUMNS, attempt_id: 'uuid', channel: 'text', campaign: 'text?' },
  key: ['client_id', 'position'],
};

export const attemptFacts = facts(factAttempt, {
  ReactivationAttempted: (fact) => {
    const { attemptId, channel, campaign } = fact.event.data;
    return [{ ...factOf(fact), attempt_id: attemptId, channel, campaign: campaign ?? null }];
  },
});
