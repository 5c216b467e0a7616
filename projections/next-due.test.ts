import { describe, expect, it } from '@jest/globals';
import { nextDue } from './next-due.js';

const on = (day: string) => `2024-${day}T09:00:00.000Z`;
const monthly = [{ at: on('01-01') }, { at: on('01-31') }, { at: on('03-01') }];
const plan = { planId: 'p', intervalDays: 14, from: on('02-01') };

describe('the next service', () => {
  it('is due when it was said to be', () => {
    const due = nextDue({ services: monthly, statedDueAt: on('09-01'), livePlans: [plan] });
    expect(due).toEqual({ at: on('09-01'), basis: 'stated' });
  });

  it('is due an interval after the last one under the plan, or after the plan began', () => {
    const services = [...monthly, { at: on('03-10'), planId: 'p' }, { at: on('03-12') }];
    const due = nextDue({ services, statedDueAt: null, livePlans: [plan] });
    expect(due).toEqual({ at: on('03-24'), basis: 'plan' });
    const yetToBegin = nextDue({ services: monthly, statedDueAt: null, livePlans: [plan] });
    expect(yetToBegin).toEqual({ at: on('02-15'), basis: 'plan' });
  });

  it('goes by the plan that is due first', () => {
    const livePlans = [plan, { planId: 'q', intervalDays: 7, from: on('02-01') }];
    expect(nextDue({ services: [], statedDueAt: null, livePlans })?.at).toBe(on('02-08'));
  });

  it('is due by habit where nothing else tells, and not at all where there is none', () => {
    const due = nextDue({ services: monthly, statedDueAt: null, livePlans: [] });
    expect(due).toEqual({ at: on('03-31'), basis: 'own_cadence' });
    expect(nextDue({ services: monthly.slice(1), statedDueAt: null, livePlans: [] })).toBeNull();
  });
});
