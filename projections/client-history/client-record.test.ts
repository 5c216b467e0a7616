import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientEvent } from '../../src/client/client.events.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { folded, lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { clientRecords } from './client-record.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const service = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const on = (day: string) => `${day}T10:00:00.000Z`;

const cardOf = (events: ClientEvent[]) => folded(clientRecords, recordedLife(clientId, events));
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

describe('the card of a client', () => {
  it('begins with the conversion, what is unknown being null', () => {
    expect(cardOf([converted])).toMatchObject({
      client_id: clientId,
      revision: 0,
      position: 10n,
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
      open_complaints: [],
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
    expect(cardOf([converted, ...facts])).toMatchObject({
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

  it('lists complaints while they are open, the oldest first', () => {
    const complained = (n: number, day: string, more: object = {}): ClientEvent => ({
      type: 'ClientComplained',
      data: { complaintId: service(n), ...more },
      occurredAt: on(day),
    });
    const resolved: ClientEvent = {
      type: 'ComplaintResolved',
      data: { complaintId: service(7) },
      occurredAt: on('2024-03-04'),
    };
    const card = cardOf([
      converted,
      complained(7, '2024-03-01'),
      complained(8, '2024-03-03', { category: 'quality', severity: 'high', serviceId: service(1) }),
      complained(9, '2024-03-02'),
      resolved,
    ]);
    expect(card?.open_complaints).toEqual([
      { complaintId: service(9), since: on('2024-03-02') },
      {
        complaintId: service(8),
        serviceId: service(1),
        category: 'quality',
        severity: 'high',
        since: on('2024-03-03'),
      },
    ]);
  });

  it('says after any life what the write side holds', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { events, state } = lifeOf(clientId, steps);
        const { lifecycle, record, complaints } = state;
        const card = cardOf(events);
        const lapsed = stateOf(lifecycle) === 'lapsed';
        expect(card).toMatchObject({
          lifecycle,
          state: stateOf(lifecycle),
          revision: events.length - 1,
          position: BigInt(10 * events.length),
          services: lifecycle.services.length,
          lapsed_since: lapsed ? lifecycle.lapses.at(-1)?.at : null,
          tags: [...record.tags].sort(),
        });
        const open = [...complaints].filter(([, complaint]) => complaint.open).map(([id]) => id);
        expect(card?.open_complaints.map(({ complaintId }) => complaintId)).toEqual(open);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a fact of a client that never converted, since its log cannot be whole', () => {
    expect(() => cardOf([serviced(1, '2024-01-05')])).toThrow('never converted');
  });
});
