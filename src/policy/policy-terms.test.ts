import { describe, expect, it } from '@jest/globals';
import { readTerms } from './policy-terms.js';
import type { PolicyTerms } from './policy.events.js';

const graded = { kind: 'graded', factor: 1.5, floorDays: 20, defaultDays: 80 } as const;
const faults = (sent: PolicyTerms) => {
  const read = readTerms(sent);
  return 'faults' in read ? read.faults.map(({ path, message }) => `${path} ${message}`) : [];
};

describe('the terms of a policy', () => {
  it('are, of a fixed one, its window alone', () => {
    expect(readTerms({ kind: 'fixed', windowDays: 45 })).toEqual({
      terms: { kind: 'fixed', windowDays: 45 },
    });
    expect(faults({ kind: 'fixed' })).toEqual(['windowDays a fixed policy needs it']);
    expect(faults({ kind: 'fixed', windowDays: 45, floorDays: 30, ownCadence: false })).toEqual([
      'floorDays a fixed policy does not have it',
      'ownCadence a fixed policy does not have it',
    ]);
  });

  it('are completed, of a graded one, by no names, and the client’s own cadence', () => {
    expect(readTerms(graded)).toEqual({
      terms: { ...graded, tradeDays: {}, serviceTypeDays: {}, ownCadence: true },
    });
    expect(faults({ kind: 'graded', windowDays: 45 })).toEqual([
      'windowDays a graded policy does not have it',
      'factor a graded policy needs it',
      'floorDays a graded policy needs it',
      'defaultDays a graded policy needs it',
    ]);
  });

  it('give nobody less than the floor', () => {
    const sent = {
      ...graded,
      floorDays: 90,
      tradeDays: { salon: 60, hvac: 90 },
      serviceTypeDays: { cut: 1 },
    };
    expect(faults(sent)).toEqual([
      'defaultDays must not be less than floorDays (90)',
      'tradeDays.salon must not be less than floorDays (90)',
      'serviceTypeDays.cut must not be less than floorDays (90)',
    ]);
  });

  it('name trades that there are, and each name once, whatever its case', () => {
    expect(faults({ ...graded, tradeDays: { HVAC: 540, Salon: 60 } })).toEqual([]);
    expect(faults({ ...graded, tradeDays: { plumbng: 540, gardens: 60 } })).toEqual([
      'tradeDays.plumbng is no trade; did you mean plumbing?',
      'tradeDays.gardens is no trade; trades are cleaning, plumbing, hvac, electrical, salon, other',
    ]);
    expect(faults({ ...graded, serviceTypeDays: { Cut: 60, cut: 70 } })).toEqual([
      'serviceTypeDays.cut is there twice: case makes no difference',
    ]);
  });
});
