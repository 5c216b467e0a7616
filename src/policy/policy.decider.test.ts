import { describe, expect, it } from '@jest/globals';
import { specify } from '../../test/support/decider-spec.js';
import { policyOf } from './lapse-policy.js';
import { policyDecider } from './policy.decider.js';
import type { PolicyEvent, PolicyTerms } from './policy.events.js';

const at = '2024-01-01T12:00:00.000Z';
const fixed = (windowDays: number): PolicyTerms => ({ kind: 'fixed', windowDays });
const graded: PolicyTerms = {
  ...{ kind: 'graded', factor: 2, floorDays: 30, defaultDays: 90, ownCadence: true },
  ...{ tradeDays: { HVAC: 540, salon: 60 }, serviceTypeDays: { 'Deep Clean': 120 } },
};
const adopted = (version: number, terms: PolicyTerms, reason?: string): PolicyEvent => ({
  type: 'LapsePolicyAdopted',
  data: { ...terms, version, ...(reason === undefined ? {} : { reason }) },
  occurredAt: at,
});

const { given } = specify(policyDecider);

describe('adopting a lapse policy', () => {
  it('counts versions up from 1', () => {
    given()
      .when({ terms: fixed(90), reason: 'as ever', at })
      .then(adopted(1, fixed(90), 'as ever'));
    given(adopted(1, fixed(90)), adopted(2, graded))
      .when({ terms: fixed(90), at })
      .then(adopted(3, fixed(90)));
  });

  it('of the same terms changes nothing, whatever the order of names', () => {
    const { tradeDays, ...others } = graded;
    const turned = { ...others, tradeDays: { salon: 60, HVAC: tradeDays?.HVAC ?? 0 } };
    given(adopted(1, graded, 'a reason'))
      .when({ terms: turned, reason: 'another', at })
      .thenNothing();
  });
});

describe('an adopted policy', () => {
  it('is in force with its names in lower case', () => {
    expect(policyOf({ ...graded, version: 4, reason: 'x' })).toEqual({
      ...graded,
      version: 4,
      tradeDays: { hvac: 540, salon: 60 },
      serviceTypeDays: { 'deep clean': 120 },
    });
    expect(policyOf({ ...fixed(45), version: 2 })).toEqual({ kind: 'fixed', windowDays: 45, version: 2 });
  });
});
