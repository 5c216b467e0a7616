import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { changed, given, noItems, type Items } from '../items.js';
import { unpaired } from '../money.js';
import { slice } from '../slice.js';
import type {
  Plan as Enrolment,
  PlanChange,
  PlanEnd,
  PlanPause,
  PlanResumption,
} from './plan-details.events.js';

/** A recurring service or maintenance plan. */
export interface Plan {
  readonly planId: string;
  readonly status: 'live' | 'paused' | 'ended';
  readonly intervalDays: number;
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null while it goes on */
  readonly to: Instant | null;
  /** the last day of the agreement, where it has one */
  readonly endsOn?: string;
}
type Plans = Items<Plan>;

export type EnrolPlan = ClientCommandOf<'EnrolPlan', Enrolment>;
export type ChangePlan = ClientCommandOf<'ChangePlan', PlanChange>;
export type PausePlan = ClientCommandOf<'PausePlan', PlanPause>;
export type ResumePlan = ClientCommandOf<'ResumePlan', PlanResumption>;
export type EndPlan = ClientCommandOf<'EndPlan', PlanEnd>;

export const planSlice = slice<EnrolPlan | ChangePlan | PausePlan | ResumePlan | EndPlan>()({
  initial: noItems<Plan>(),
  evolve: {
    PlanEnrolled: (plans, { data: { planId, intervalDays, endsOn }, occurredAt: from }) =>
      plans.set(planId, { planId, status: 'live', intervalDays, from, to: null, ...given({ endsOn }) }),
    PlanChanged: (plans, { data: { planId, intervalDays, endsOn } }) =>
      changed(plans, planId, given({ intervalDays, endsOn })),
    PlanPaused: (plans, { data }) => changed(plans, data.planId, { status: 'paused' }),
    PlanResumed: (plans, { data }) => changed(plans, data.planId, { status: 'live' }),
    PlanEnded: (plans, { data, occurredAt }) =>
      changed(plans, data.planId, { status: 'ended', to: occurredAt }),
  },
  decide: {
    EnrolPlan: enrol,
    ChangePlan: change,
    PausePlan: (plans, { data, at }) => {
      if (data.until !== undefined && data.until <= at) {
        return Rejection.invalid('until', `must lie after the pause begins (${at})`);
      }
      return inStatus(plans, data.planId, ['live'], () => [{ type: 'PlanPaused', data, occurredAt: at }]);
    },
    ResumePlan: (plans, { data, at }) =>
      inStatus(plans, data.planId, ['paused'], () => [{ type: 'PlanResumed', data, occurredAt: at }]),
    EndPlan: (plans, { data, at }) =>
      inStatus(plans, data.planId, ['live', 'paused'], ({ from }) =>
        at < from
          ? Rejection.invalid('occurredAt', `a plan cannot end before it began (${from})`)
          : [{ type: 'PlanEnded', data, occurredAt: at }],
      ),
  },
});

function enrol(plans: Plans, { data, at }: EnrolPlan): Decision<ClientEvent> {
  const known = plans.get(data.planId);
  if (known) return Rejection.illegal(known.status, 'enrol-once', `plan ${data.planId} is already recorded`);
  return unpaired(data) ?? [{ type: 'PlanEnrolled', data, occurredAt: at }];
}

function change(plans: Plans, { data, at }: ChangePlan): Decision<ClientEvent> {
  if (Object.keys(data).length === 1) {
    return Rejection.invalid('body', 'name at least one of the terms that change');
  }
  return (
    unpaired(data) ??
    inStatus(plans, data.planId, ['live', 'paused'], () => [{ type: 'PlanChanged', data, occurredAt: at }])
  );
}

function inStatus(
  plans: Plans,
  planId: string,
  allowed: readonly Plan['status'][],
  decide: (plan: Plan) => Decision<ClientEvent>,
): Decision<ClientEvent> {
  const plan = plans.get(planId);
  if (!plan) return Rejection.unknown(`the client has no plan ${planId}`);
  if (!allowed.includes(plan.status)) {
    const detail = `plan ${planId} is ${plan.status}, and not ${allowed.join(' or ')}`;
    return Rejection.illegal(plan.status, 'plan-status', detail);
  }
  return decide(plan);
}
