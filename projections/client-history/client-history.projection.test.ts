import { noLifecycle } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientEvent } from '../../src/client/client.events.js';
import { lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { clientHistory } from './client-history.projection.js';

const ADA = '0a000000-0000-4000-8000-000000000001';
const BEN = '0b000000-0000-4000-8000-000000000002';
const SERVICE = '5e000000-0000-4000-8000-000000000001';
const LAPSE = '1a000000-0000-4000-8000-000000000001';
const COMPLAINT = 'c0000000-0000-4000-8000-000000000001';

const on = (day: string) => `${day}T23:30:00.000Z`;
const blank = {
  ...{ name: null, email: null, phone: null, address: null, lead_source: null, channel: null },
  ...{ referrer_id: null, client_type: null, trade: null, owner: null },
};

describe('the history read model', () => {
  let spec: ProjectionSpec;
  let log: EventLog<ClientEvent>;
  beforeAll(async () => {
    spec = await ProjectionSpec.open(clientHistory('Europe/Berlin'));
  });
  beforeEach(() => {
    log = new EventLog();
  });
  afterAll(() => spec.close());

  it('keeps an entry for every fact with both times, and a card of the client as it stands', async () => {
    const ada = `client-${ADA}`;
    const conversion = log.record(
      ada,
      'ClientConverted',
      { name: 'Ada', tags: ['vip'] },
      { at: on('2024-01-01') },
    );
    const serviced = log.record(
      ada,
      'ClientServiced',
      { serviceId: SERVICE, serviceType: 'drain cleaning', amountMinor: 8200, currency: 'CAD' },
      { at: on('2024-01-02'), recordedAt: on('2024-05-01'), envelope: { source: 'import' } },
    );
    const lapsed = log.record(
      ada,
      'ClientLapsed',
      { lapseId: LAPSE, lastServicedAt: on('2024-01-02'), windowDays: 90, basis: 'fixed', policyVersion: 0 },
      { at: on('2024-04-01'), envelope: { actor: { id: 'clock', role: 'clock' }, source: 'clock' } },
    );
    log.record(`client-${BEN}`, 'ClientConverted', {}, { at: on('2024-02-01') });

    const common = { client_id: ADA, actor_id: 'tester', actor_role: 'staff', source: 'api' };
    await spec.given(log.events).gives({
      client_entry: [
        {
          ...common,
          sealed: null,
          occurred_at: on('2024-01-01'),
          recorded_at: on('2024-01-01'),
          position: 10n,
          event_id: conversion.id,
          revision: 0,
          kind: 'ClientConverted',
          category: 'lifecycle',
          summary: 'Became a client',
          data: { name: 'Ada', tags: ['vip'] },
        },
        {
          ...common,
          sealed: null,
          source: 'import',
          occurred_at: on('2024-01-02'),
          recorded_at: on('2024-05-01'),
          position: 20n,
          event_id: serviced.id,
          revision: 1,
          kind: 'ClientServiced',
          category: 'service',
          summary: 'Serviced: drain cleaning, 82.00 CAD',
          data: serviced.event.data,
        },
        {
          ...common,
          sealed: null,
          actor_id: 'clock',
          actor_role: 'clock',
          source: 'clock',
          occurred_at: on('2024-04-01'),
          recorded_at: on('2024-04-01'),
          position: 30n,
          event_id: lapsed.id,
          revision: 2,
          kind: 'ClientLapsed',
          category: 'lifecycle',
          // Half past ten in the evening, in UTC, of the day before.
          summary: 'Lapsed after 90 days without a service (last on 3 Jan 2024)',
          data: lapsed.event.data,
        },
        {
          ...common,
          sealed: null,
          client_id: BEN,
          occurred_at: on('2024-02-01'),
          recorded_at: on('2024-02-01'),
          position: 40n,
          event_id: log.events[3]?.id as string,
          revision: 0,
          kind: 'ClientConverted',
          category: 'lifecycle',
          summary: 'Became a client',
          data: {},
        },
      ],
      client_record: [
        {
          ...blank,
          client_id: ADA,
          revision: 2,
          position: 30n,
          name: 'Ada',
          tags: ['vip'],
          state: 'lapsed',
          converted_at: on('2024-01-01'),
          first_serviced_at: on('2024-01-02'),
          last_serviced_at: on('2024-01-02'),
          services: 1,
          lapsed_since: on('2024-04-01'),
          open_complaints: [],
          lifetime: [{ currency: 'CAD', amountMinor: 8200 }],
          lifecycle: {
            ...noLifecycle,
            convertedAt: on('2024-01-01'),
            services: [
              {
                serviceId: SERVICE,
                at: on('2024-01-02'),
                ...{ amountMinor: 8200, currency: 'CAD', serviceType: 'drain cleaning' },
              },
            ],
            lapses: [
              {
                lapseId: LAPSE,
                lastServicedAt: on('2024-01-02'),
                at: on('2024-04-01'),
                windowDays: 90,
                ...{ basis: 'fixed', policyVersion: 0 },
                reactivation: null,
              },
            ],
            lapsesEver: 1,
          },
        },
        {
          ...blank,
          client_id: BEN,
          revision: 0,
          position: 40n,
          tags: [],
          state: 'new',
          converted_at: on('2024-02-01'),
          first_serviced_at: null,
          last_serviced_at: null,
          services: 0,
          lapsed_since: null,
          open_complaints: [],
          lifetime: [],
          lifecycle: { ...noLifecycle, convertedAt: on('2024-02-01') },
        },
      ],
      client_tag: [{ tag: 'vip', client_id: ADA }],
    });
  });

  it('takes a tag out of the directory and a complaint off the card when they are gone', async () => {
    const ada = `client-${ADA}`;
    log.record(ada, 'ClientConverted', { tags: ['vip', 'garden'] });
    log.record(ada, 'TagRemoved', { tag: 'vip' });
    log.record(ada, 'ClientComplained', { complaintId: COMPLAINT, category: 'quality' });
    log.record(ada, 'NoteAdded', { noteId: SERVICE, text: 'called back' });
    const { client_tag, client_record } = await spec.given(log.events).rows();
    expect(client_tag).toEqual([{ tag: 'garden', client_id: ADA }]);
    const since = log.events[2]?.event.occurredAt;
    expect(client_record).toMatchObject([
      { revision: 3, open_complaints: [{ complaintId: COMPLAINT, category: 'quality', since }] },
    ]);

    log.record(ada, 'ComplaintResolved', { complaintId: COMPLAINT });
    const after = await spec.given(log.events).rows();
    expect(after.client_record).toMatchObject([{ revision: 4, open_complaints: [] }]);
  });

  it('comes out the same however the facts of a life arrive', async () => {
    const life = fc.asyncProperty(lives, async (steps) => {
      const events = recordedLife(ADA, lifeOf(ADA, steps).events);
      const { client_entry } = await spec.given(events).rows();
      expect(client_entry).toHaveLength(events.length);
    });
    await fc.assert(life, { numRuns: 5 });
  });
});
