import { afterMovement, firstMonthIn } from './served-months.js';
import type { CountedService } from '../analytics/facts/service-movements.js';

const monthOf = (at: string) => at.slice(0, 7);
const service = (at: string, amountMinor?: number): CountedService => ({
  serviceId: '5e000000-0000-4000-8000-000000000001',
  at,
  ...(amountMinor === undefined ? {} : { amountMinor, currency: 'EUR' }),
});
const counted = (...services: CountedService[]) => ({ counted: services, withdrawn: [] });
const withdrawn = (...services: CountedService[]) => ({ counted: [], withdrawn: services });

describe('what a client’s months hold', () => {
  const two = afterMovement({}, counted(service('2024-03-05', 500), service('2024-05-06')), monthOf);

  test('is the services that count, and what those with an amount came to', () => {
    expect(two).toEqual({
      '2024-03': { services: 1, amounts: { EUR: { minor: 500, services: 1 } } },
      '2024-05': { services: 1, amounts: {} },
    });
    expect(firstMonthIn(two)).toBe('2024-03');
  });

  test('leaves no trace of a service that counts no more', () => {
    const one = afterMovement(two, withdrawn(service('2024-03-05', 500)), monthOf);
    expect(one).toEqual({ '2024-05': { services: 1, amounts: {} } });
    expect(firstMonthIn(afterMovement(one, withdrawn(service('2024-05-06')), monthOf))).toBeNull();
  });

  test('keeps a month of which an amount goes and a service stays', () => {
    const movement = { withdrawn: [service('2024-03-05', 500)], counted: [service('2024-03-05')] };
    expect(afterMovement(two, movement, monthOf)['2024-03']).toEqual({ services: 1, amounts: {} });
  });

  test('gives back nothing that it never held: the log cannot be whole then', () => {
    for (const stranger of [service('2024-04-01'), service('2024-05-06', 500)])
      expect(() => afterMovement(two, withdrawn(stranger), monthOf)).toThrow('was never counted');
  });
});
