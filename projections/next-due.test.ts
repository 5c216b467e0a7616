import { describe, expect, it } from '@jest/globals';
import { nextDue } from './next-due.js';

const on = (day: string) => `2024-${day}T09:00:00.000Z`;
const monthly = {
  lastServicedAt: on('03-01'),
  usualGapDays: 30,
  statedDueAt: null,
  livePlans: [],
  trade: null,
};
const livePlans = [
  { intervalDays: 14, since: on('02-10') },
  { intervalDays: 7, since: on('02-12') },
];

describe('the next service', () => {
  it('is due when it was said to be', () => {
    const due = nextDue({ ...monthly, statedDueAt: on('09-01'), livePlans });
    expect(due).toEqual({ at: on('09-01'), basis: 'stated' });
  });

  it('goes by the plan that is due first, however far back that is', () => {
    expect(nextDue({ ...monthly, livePlans })).toEqual({ at: on('02-19'), basis: 'plan' });
  });

  it('is due by habit where nothing else tells, and not at all where there is none', () => {
    expect(nextDue(monthly)).toEqual({ at: on('03-31'), basis: 'own_cadence' });
    expect(nextDue({ ...monthly, usualGapDays: null })).toBeNull();
    expect(nextDue({ ...monthly, lastServicedAt: null })).toBeNull();
  });

  it('is due in a year where work comes round with the seasons, unless the client has a habit', () => {
    const hvac = { ...monthly, trade: 'hvac' };
    expect(nextDue(hvac)?.basis).toBe('own_cadence');
    expect(nextDue({ ...hvac, usualGapDays: null })).toEqual({
      at: '2025-03-01T09:00:00.000Z',
      basis: 'season',
    });
  });
});
