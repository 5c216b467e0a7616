import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientEvent } from '../../src/client/client.events.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { folded, lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { plusDays } from '../../src/schema/instant.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import { localDays } from '../local-day.js';
import { clientRecords } from './client-record.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const service = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const on = (day: string) => `${day}T10:00:00.000Z`;

const dayOf = localDays('Europe/Berlin');
const recordOf = (events: ClientEvent[]) => folded(clientRecords(dayOf), recordedLife(clientId, events));
const converted: ClientEvent = {
  type: 'ClientConverted',
  data: { name: 'Ada', source: 'referral', tags: ['vip', 'garden'] },
  occurredAt: on('2024-01-02'),
};
const serviced = (n: number, day: string, money: object = {}): ClientEvent => ({
  type: 'ClientServiced',
  data: { serviceId: service(n), ...money },
  occurredAt: on(day),
});

describe('the record of a client', () => {
  it('begins with the conversion, what is unknown being null', () => {
    expect(recordOf([converted])).toMatchObject({
      client_id: clientId,
      name: 'Ada',
      email: null,
      lead_source: 'referral',
      tags: ['garden', 'vip'],
      state: 'new',
      converted_at: on('2024-01-02'),
      first_serviced_at: null,
      last_serviced_at: null,
      services: 0,
      lapsed_since: null,
      lifetime: [],
    });
  });

  it('adds up the services, whatever the order in which they were recorded, each currency by itself', () => {
    const cad = (amountMinor: number) => ({ amountMinor, currency: 'CAD' });
    const facts = [
      serviced(1, '2024-02-10', cad(8200)),
      serviced(2, '2024-01-05', cad(1000)),
      serviced(3, '2024-02-01', { amountMinor: 500, currency: 'EUR' }),
      serviced(4, '2024-02-02'),
    ];
    expect(recordOf([converted, ...facts])).toMatchObject({
      state: 'active',
      first_serviced_at: on('2024-01-05'),
      last_serviced_at: on('2024-02-10'),
      services: 4,
      lifetime: [
        { currency: 'CAD', amountMinor: 9200 },
        { currency: 'EUR', amountMinor: 500 },
      ],
    });
  });

  it('counts days with services as visits, in the zone of the business', () => {
    const late = (n: number, at: string): ClientEvent => ({
      type: 'ClientServiced',
      data: { serviceId: service(n) },
      occurredAt: at,
    });
    const facts = [
      late(1, '2024-02-01T10:00:00.000Z'),
      late(2, '2024-02-01T22:30:00.000Z'),
      // Past midnight in Berlin.
      late(3, '2024-02-01T23:30:00.000Z'),
      late(4, '2024-01-31T23:30:00.000Z'),
    ];
    expect(recordOf([converted, ...facts])).toMatchObject({ services: 4, visits: 2 });
    const voided: ClientEvent = {
      type: 'ServiceVoided',
      data: { serviceId: service(3), servicedAt: '2024-02-01T23:30:00.000Z' },
      occurredAt: on('2024-02-03'),
    };
    expect(recordOf([converted, ...facts, voided])).toMatchObject({ services: 3, visits: 1 });
  });

  it('tells how often the client comes, and when it was last served under a plan', () => {
    const facts = [0, 10, 30, 60].map((day, n): ClientEvent => ({
      type: 'ClientServiced',
      data: { serviceId: service(n), ...(n === 2 ? { planId: service(9) } : {}) },
      occurredAt: plusDays(on('2024-02-01'), day),
    }));
    expect(recordOf([converted, ...facts])?.rhythm).toEqual({
      usualGapDays: 20,
      unusualGapDays: 26,
      servedUnder: { [service(9)]: on('2024-03-02') },
    });
  });

  it('says after any life what the write side holds', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { events, state } = lifeOf(clientId, steps);
        const { lifecycle } = state;
        const record = recordOf(events);
        const lapsed = stateOf(lifecycle) === 'lapsed';
        expect(record).toMatchObject({
          lifecycle,
          state: stateOf(lifecycle),
          state_since: stateIntervals(lifecycle).at(-1)?.from,
          visits: new Set(lifecycle.services.map(({ at }) => dayOf(at))).size,
          services: lifecycle.services.length,
          lapsed_since: lapsed ? lifecycle.lapses.at(-1)?.at : null,
          tags: [...state.record.tags].sort(),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a fact of a client that never converted, since its log cannot be whole', () => {
    expect(() => recordOf([serviced(1, '2024-01-05')])).toThrow('never converted');
  });
});
