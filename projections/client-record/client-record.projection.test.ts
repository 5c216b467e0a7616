import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inspect } from 'node:util';
import type { ClientEvent } from '../../src/client/client.events.js';
import { FORGOTTEN } from '../../src/event-store/forgotten.js';
import { lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { clientRecordProjection } from './client-record.projection.js';

const ADA = '0a000000-0000-4000-8000-000000000001';
const BEN = '0b000000-0000-4000-8000-000000000002';
const id = (n: number) => `5e000000-0000-4000-8000-00000000000${n}`;
const on = (day: string) => `2024-${day}T10:00:00.000Z`;

describe('the record read model', () => {
  let spec: ProjectionSpec;
  let log: EventLog<ClientEvent>;
  beforeAll(async () => {
    spec = await ProjectionSpec.open(clientRecordProjection('Europe/Berlin'));
  });
  beforeEach(() => {
    log = new EventLog();
  });
  afterAll(() => spec.close());

  const ada = `client-${ADA}`;
  const ben = `client-${BEN}`;

  it('keeps a client by its tags, by what it spent, and by the words it can be found by', async () => {
    log.record(ada, 'ClientConverted', { name: 'Ada O’Hara', phone: '+49 30/123', tags: ['vip', 'garden'] });
    log.record(ada, 'ClientServiced', { serviceId: id(1), amountMinor: 8200, currency: 'CAD' });
    log.record(ada, 'TagRemoved', { tag: 'vip' });
    await spec.given(log.events).gives({
      client_tag: [{ tag: 'garden', client_id: ADA }],
      client_lifetime: [{ client_id: ADA, currency: 'CAD', amount_minor: 8200n }],
      client_search: [{ client_id: ADA, name: 'ada ohara', words: ' ada ohara 4930123 garden' }],
    });
  });

  it('keeps on the card what is open or in force, and nothing that is over', async () => {
    log.record(ada, 'ClientConverted', {}, { at: on('01-01') });
    const [booked, kept, cancelled, planned, owed] = [1, 2, 3, 4, 5].map(id) as [string, ...string[]];
    const scheduledFor = on('09-01');
    for (const bookingId of [booked, kept as string, cancelled as string])
      log.record(ada, 'BookingMade', { bookingId, scheduledFor }, { at: on('02-01') });
    log.record(ada, 'ClientServiced', { serviceId: id(6), bookingId: kept }, { at: on('03-01') });
    log.record(ada, 'BookingCancelled', { bookingId: cancelled as string });
    log.record(ada, 'PlanEnrolled', { planId: planned as string, intervalDays: 14 }, { at: on('03-02') });
    log.record(ada, 'PlanPaused', { planId: planned as string, until: on('05-01') });
    log.record(ada, 'PlanResumed', { planId: planned as string });
    const invoice = { invoiceId: owed as string, amountMinor: 900, currency: 'CAD' };
    log.record(ada, 'InvoiceIssued', invoice, { at: on('03-03') });
    log.record(ada, 'InvoicePaid', { ...invoice, amountMinor: 400 });
    const before = await spec.given(log.events).rows();
    expect(before.client_card).toMatchObject([
      {
        items: {
          bookings: { [booked]: { scheduledFor, at: on('02-01') } },
          plans: { [planned as string]: { intervalDays: 14, status: 'live', at: on('03-02') } },
          invoices: { [owed as string]: { amountMinor: 900, paidMinor: 400, overdue: false } },
        },
      },
    ]);
    log.record(ada, 'InvoicePaid', { ...invoice, amountMinor: 500 });
    log.record(ada, 'PlanEnded', { planId: planned as string });
    log.record(ada, 'BookingCancelled', { bookingId: booked });
    const after = await spec.given(log.events).rows();
    const { items } = after.client_card?.[0] as { items: object };
    expect(items).toMatchObject({ bookings: {}, plans: {}, invoices: {} });
  });

  it('keeps the last five services, by when they were done, as they were corrected', async () => {
    log.record(ada, 'ClientConverted', {}, { at: on('01-01') });
    for (const [n, day] of ['02-01', '02-03', '02-05', '02-07', '02-09', '02-02'].entries())
      log.record(ada, 'ClientServiced', { serviceId: id(n), rating: 3 }, { at: on(day) });
    log.record(ada, 'ServiceCorrected', {
      ...{ serviceId: id(4), servicedAt: on('02-08'), previouslyServicedAt: on('02-09') },
      ...{ serviceType: 'clean', reason: 'typed wrongly' },
    });
    log.record(ada, 'ServiceVoided', { serviceId: id(3), servicedAt: on('02-07') });
    const { client_card } = await spec.given(log.events).rows();
    const { items } = client_card?.[0] as { items: { services: Record<string, object> } };
    expect(items.services).toEqual({
      [id(5)]: { rating: 3, at: on('02-02') },
      [id(1)]: { rating: 3, at: on('02-03') },
      [id(2)]: { rating: 3, at: on('02-05') },
      [id(4)]: { rating: 3, serviceType: 'clean', at: on('02-08') },
    });
  });

  it('takes the last word on a channel, and what was said of it as a whole later, for what holds', async () => {
    log.record(ada, 'ClientConverted', {});
    const said = (channel: string, kind: string, granted: boolean) =>
      log.record(ada, 'CommunicationPreferenceChanged', { channel, kind, granted }, { at: on('01-01') });
    said('sms', 'reminder', true);
    said('email', 'reminder', true);
    said('sms', 'any', false);
    said('sms', 'support', true);
    const since = on('01-01');
    const { client_card } = await spec.given(log.events).rows();
    expect(client_card).toMatchObject([
      {
        consents: [
          { channel: 'email', kind: 'reminder', granted: true, since },
          { channel: 'sms', kind: 'any', granted: false, since },
          { channel: 'sms', kind: 'support', granted: true, since },
        ],
      },
    ]);
  });

  it('gives what counts of a merged client to the survivor, and back when they are parted', async () => {
    log.record(ben, 'ClientConverted', { name: 'Ben', tags: ['vip'] }, { at: on('01-01') });
    log.record(ben, 'BookingMade', { bookingId: id(1), scheduledFor: on('09-01') }, { at: on('01-02') });
    log.record(ada, 'ClientConverted', { name: 'Ada' }, { at: on('01-03') });
    const life = {
      ...{ services: [], lapses: [] },
      items: {
        bookings: {
          [id(1)]: { bookingId: id(1), status: 'booked', madeAt: on('01-02'), scheduledFor: on('09-01') },
        },
        complaints: { [id(2)]: { at: on('01-02'), open: false } },
      },
    };
    log.record(ben, 'ClientMergedInto', { survivorId: ADA }, { at: on('02-01') });
    log.record(
      ada,
      'ClientAbsorbed',
      { absorbedId: BEN, convertedAt: on('01-01'), life },
      { at: on('02-01') },
    );
    const merged = await spec.given(log.events).rows();
    expect(merged.client_tag).toEqual([]);
    expect(merged.client_search).toMatchObject([{ client_id: ADA }]);
    expect(merged.client_record).toMatchObject([
      { client_id: ADA, absorbed: [BEN], converted_at: on('01-01') },
      { client_id: BEN, state: 'merged', merged_into: ADA, state_since: on('02-01') },
    ]);
    const bookings = { [id(1)]: { scheduledFor: on('09-01'), at: on('01-02') } };
    expect(merged.client_card?.[0]).toMatchObject({ complaints_ever: 1, items: { bookings } });

    const parted = { otherId: BEN, life };
    log.record(ada, 'ClientUnmerged', { ...parted, side: 'survivor' }, { at: on('03-01') });
    log.record(ben, 'ClientUnmerged', { otherId: ADA, life, side: 'restored' }, { at: on('03-01') });
    const apart = await spec.given(log.events).rows();
    expect(apart.client_card?.[0]).toMatchObject({ client_id: ADA, complaints_ever: 0 });
    expect((apart.client_card?.[0] as { items: object }).items).not.toHaveProperty('bookings');
    expect(apart.client_card?.[1]).toMatchObject({ client_id: BEN, complaints_ever: 1, items: { bookings } });
    expect(apart.client_tag).toEqual([{ tag: 'vip', client_id: BEN }]);
  });

  it('keeps nothing personal of somebody who was forgotten, whether it saw it before or not', async () => {
    const tell = (secret: <T extends string>(text: T) => T) => {
      log = new EventLog();
      log.record(ada, 'ClientConverted', {
        name: secret('Ada'),
        email: secret('a@b.example'),
        tags: ['vip'],
      });
      log.record(ada, 'PropertyAdded', { propertyId: id(1), kind: 'house', address: secret('1 Road') });
      log.record(ada, 'ContactLinked', { contactId: id(2), role: 'caretaker', name: secret('Grace') });
      log.record(ada, 'PreferenceSet', { key: 'preferred_technician', value: secret('Marie') });
      log.record(ada, 'NoteAdded', { noteId: id(3), text: secret('a parrot') });
      log.record(ada, 'ClientServiced', { serviceId: id(4), serviceType: 'clean', notes: secret('a dog') });
      log.record(ada, 'ClientComplained', { complaintId: id(5), description: secret('a scratch') });
      log.record(ada, 'ClientErased', {});
      return spec.given(log.events).rows();
    };
    const seen = await tell((text) => text);
    expect(seen).toEqual(await tell(() => FORGOTTEN as never));
    const shown = inspect(seen.client_card, { depth: null });
    expect(shown).not.toMatch(/Ada|Road|Grace|Marie|parrot|dog|scratch/);
    expect(seen.client_record).toMatchObject([{ erased: true, name: null, email: null, name_order: '' }]);
    expect(seen.client_search).toEqual([]);
  });

  it('comes out the same however the facts of a life arrive', async () => {
    const life = fc.asyncProperty(lives, async (steps) => {
      const events = recordedLife(ADA, lifeOf(ADA, steps).events);
      const { client_card } = await spec.given(events).rows();
      expect(client_card).toMatchObject([{ revision: events.length - 1 }]);
    });
    await fc.assert(life, { numRuns: 5 });
  });
});
