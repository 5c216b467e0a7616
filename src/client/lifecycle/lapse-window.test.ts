import { describe, expect, it } from '@jest/globals';
import { servicesAlone } from '../../../test/support/commands.js';
import { shippedLapsePolicy, type GradedPolicy } from '../../policy/lapse-policy.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import { noItems } from '../items.js';
import type { Plan } from '../plans/plan.decision.js';
import { windowAfter } from './lapse-window.js';
import type { ServiceMark } from './lifecycle.marks.js';

const day = (n: number): Instant => plusDays('2024-01-01T12:00:00.000Z', n);
const services = (...days: number[]): ServiceMark[] =>
  days.map((n, index) => ({ serviceId: `s${index}`, at: day(n), serviceType: 'Deep Clean' }));
const plan = (planId: string, intervalDays: number, from: number, to: number | null): Plan => ({
  ...{ planId, status: 'live', intervalDays, from: day(from), to: to === null ? null : day(to) },
});
const plans = (...all: Plan[]) => noItems<Plan>().concat(all.map((one) => [one.planId, one]));

const windowOf = (
  row: ServiceMark[],
  policy: Partial<GradedPolicy> = {},
  surroundings: Partial<typeof servicesAlone> = {},
) => {
  const { windowDays, basis } = windowAfter({ ...shippedLapsePolicy, ...policy }, row, row.length - 1, {
    ...servicesAlone,
    ...surroundings,
  });
  return `${windowDays} ${basis}`;
};

describe('the window of a client', () => {
  it('is the same for everybody under a fixed policy', () => {
    const policy = { kind: 'fixed', windowDays: 45, version: 3 } as const;
    expect(windowAfter(policy, services(0, 10, 20, 30), 3, servicesAlone)).toEqual({
      windowDays: 45,
      basis: 'fixed',
      policyVersion: 3,
    });
  });

  it('is first that of the plan the service was done under, or of the shortest one live then', () => {
    const two = plans(plan('short', 20, 0, null), plan('long', 40, 0, null), plan('over', 1, 0, 5));
    expect(windowOf(services(10), {}, { plans: two })).toBe('40 plan');
    expect(windowOf([{ serviceId: 's', at: day(10), planId: 'long' }], {}, { plans: two })).toBe('80 plan');
    expect(windowOf([{ serviceId: 's', at: day(10), planId: 'over' }], {}, { plans: two })).toBe('30 floor');
  });

  it('is then the client’s own cadence, from the third service on: the median of its last gaps', () => {
    expect(windowOf(services(0, 30))).toBe('90 default');
    expect(windowOf(services(0, 30, 70))).toBe('70 own_cadence');
    expect(windowOf(services(0, 30, 70, 300))).toBe('80 own_cadence');
    expect(windowOf(services(0, 30, 70), { ownCadence: false })).toBe('90 default');
  });

  it('takes no second job on the same day for a gap', () => {
    expect(windowOf(services(0, 0.2, 30, 30.5))).toBe('90 default');
    expect(windowOf(services(0, 0.2, 30, 30.5, 60))).toBe('60 own_cadence');
  });

  it('is then what the policy says of the service type, then of the trade, whatever their case', () => {
    const terms = { serviceTypeDays: { 'deep clean': 55 } };
    expect(windowOf(services(0), terms, { trade: 'hvac' })).toBe('55 service_type');
    expect(windowOf(services(0), {}, { trade: 'hvac' })).toBe('540 trade');
    expect(windowOf(services(0), {}, { trade: 'other' })).toBe('90 default');
    expect(windowOf([{ serviceId: 's', at: day(0), serviceType: 'constructor' }])).toBe('90 default');
  });

  it('is never less than the floor, and whole days whatever the factor', () => {
    expect(windowOf(services(0, 7, 14, 21))).toBe('30 floor');
    const terms = { factor: 1.1, floorDays: 1 };
    expect(windowOf(services(0, 10, 20), terms)).toBe('11 own_cadence');
    expect(windowOf(services(0, 10.5, 21), terms)).toBe('12 own_cadence');
  });
});
