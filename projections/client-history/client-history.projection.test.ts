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

const on = (day: string) => `${day}T23:30:00.000Z`;

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

  it('keeps an entry for every fact with both times', async () => {
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
    });
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
