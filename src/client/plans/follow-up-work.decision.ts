import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { changed, given, noItems, type Items } from '../items.js';
import { unpaired } from '../money.js';
import { slice } from '../slice.js';
import type {
  Acceptance,
  Adjustment,
  FollowUp,
  FollowUpCompletion,
  Recommendation,
  Refusal,
} from './follow-up-work.events.js';

export type MakeRecommendation = ClientCommandOf<'MakeRecommendation', Recommendation>;
export type AcceptRecommendation = ClientCommandOf<'AcceptRecommendation', Acceptance>;
export type DeclineRecommendation = ClientCommandOf<'DeclineRecommendation', Refusal>;
export type ScheduleFollowUp = ClientCommandOf<'ScheduleFollowUp', FollowUp>;
export type CompleteFollowUp = ClientCommandOf<'CompleteFollowUp', FollowUpCompletion>;
export type AgreeAdjustment = ClientCommandOf<'AgreeAdjustment', Adjustment>;

export interface Recommended {
  readonly status: 'open' | 'accepted' | 'declined';
  readonly at: Instant;
  /** until when the estimate holds */
  readonly expiresAt?: Instant;
}

export const recommendationSlice = slice<
  MakeRecommendation | AcceptRecommendation | DeclineRecommendation | AgreeAdjustment
>()({
  initial: noItems<Recommended>(),
  evolve: {
    RecommendationMade: (all, { data: { recommendationId, expiresAt }, occurredAt: at }) =>
      all.set(recommendationId, { status: 'open', at, ...given({ expiresAt }) }),
    RecommendationAccepted: (all, { data }) => changed(all, data.recommendationId, { status: 'accepted' }),
    RecommendationDeclined: (all, { data }) => changed(all, data.recommendationId, { status: 'declined' }),
  },
  decide: {
    MakeRecommendation: recommend,
    AcceptRecommendation: (all, { data, at }) =>
      ofOpen(all, data.recommendationId, at) ?? [{ type: 'RecommendationAccepted', data, occurredAt: at }],
    DeclineRecommendation: (all, { data, at }) =>
      ofOpen(all, data.recommendationId, at) ?? [{ type: 'RecommendationDeclined', data, occurredAt: at }],
    AgreeAdjustment: (_all, { data, at }) =>
      unpaired(data) ?? [{ type: 'AdjustmentAgreed', data, occurredAt: at }],
  },
});

export interface FollowUpMark {
  readonly done: boolean;
  readonly dueAt: Instant;
}

export const followUpSlice = slice<ScheduleFollowUp | CompleteFollowUp>()({
  initial: noItems<FollowUpMark>(),
  evolve: {
    FollowUpScheduled: (all, { data }) => all.set(data.followUpId, { done: false, dueAt: data.dueAt }),
    FollowUpDone: (all, { data }) => changed(all, data.followUpId, { done: true }),
  },
  decide: {
    ScheduleFollowUp: (all, { data, at }) =>
      all.has(data.followUpId)
        ? Rejection.illegal('scheduled', 'schedule-once', `follow-up ${data.followUpId} is already recorded`)
        : [{ type: 'FollowUpScheduled', data, occurredAt: at }],
    CompleteFollowUp: complete,
  },
});

function recommend(all: Items<Recommended>, { data, at }: MakeRecommendation): Decision<ClientEvent> {
  const known = all.get(data.recommendationId);
  if (known) {
    const detail = `recommendation ${data.recommendationId} is already recorded`;
    return Rejection.illegal(known.status, 'recommend-once', detail);
  }
  return unpaired(data) ?? [{ type: 'RecommendationMade', data, occurredAt: at }];
}

/** @returns why the client cannot answer a recommendation; null if it can */
function ofOpen(all: Items<Recommended>, id: string, at: Instant): Rejection | null {
  const known = all.get(id);
  if (!known) return Rejection.unknown(`the client has no recommendation ${id}`);
  if (known.status !== 'open') {
    return Rejection.illegal(known.status, 'answer-once', `recommendation ${id} is already ${known.status}`);
  }
  if (at >= known.at) return null;
  return Rejection.invalid('occurredAt', `cannot be answered before it was made (${known.at})`);
}

function complete(all: Items<FollowUpMark>, { data, at }: CompleteFollowUp): Decision<ClientEvent> {
  const known = all.get(data.followUpId);
  if (!known) return Rejection.unknown(`the client has no follow-up ${data.followUpId}`);
  return known.done
    ? Rejection.illegal('done', 'do-once', `follow-up ${data.followUpId} is already done`)
    : [{ type: 'FollowUpDone', data, occurredAt: at }];
}
