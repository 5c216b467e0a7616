import { fromJS, is } from 'immutable';
import type { Decider, Decision } from '../event-store/decider.js';
import type { Instant } from '../schema/instant.js';
import type { AdoptedPolicy, PolicyEvent, PolicyTerms } from './policy.events.js';

/** The lapse policy last adopted; null before the first. */
export type PolicyState = AdoptedPolicy | null;

export interface AdoptLapsePolicy {
  readonly terms: PolicyTerms;
  readonly reason?: string;
  readonly at: Instant;
}

export const policyDecider: Decider<PolicyState, AdoptLapsePolicy, PolicyEvent> = {
  initial: null,
  evolve: (_policy, { data }) => data,
  decide,
};

/** The policy in force is not adopted again. The shipped one can be, and holds then whatever a later Tenure ships. */
function decide(policy: PolicyState, { terms, reason, at }: AdoptLapsePolicy): Decision<PolicyEvent> {
  if (policy && same(termsOf(policy), terms)) return [];
  const version = (policy?.version ?? 0) + 1;
  const data: AdoptedPolicy = { ...terms, version, ...(reason === undefined ? {} : { reason }) };
  return [{ type: 'LapsePolicyAdopted', data, occurredAt: at }];
}

function termsOf({ version: _version, reason: _reason, ...terms }: AdoptedPolicy): PolicyTerms {
  return terms;
}

/** Whatever the order of names, which a JSON object has not. */
const same = (one: PolicyTerms, other: PolicyTerms): boolean => is(fromJS(one), fromJS(other));
