import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

const uuid = (n: number) => `c2000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [ADA, BEN, CAT, NOBODY] = [uuid(1), uuid(2), uuid(3), uuid(999)];
const [SITE, PUMP, PLAN, BOOKING, INVOICE, ADVICE, COMPLAINT] = [11, 12, 13, 14, 15, 16, 17].map(uuid);
const service = (n: number) => uuid(20 + n);

let tenure: Tenure;
let clock: SettableClock;

beforeAll(async () => {
  clock = new SettableClock('2024-06-05T09:00:00Z');
  tenure = await Tenure.start({ TENURE_TIMEZONE: 'Europe/Berlin' }, { clock });
});
afterAll(() => tenure.close());

const card = (clientId: string) => tenure.ask(`/clients/${clientId}`);

/** A plumber's client with something of everything. */
async function livedClient(): Promise<void> {
  const { record } = { record: tenure.record.bind(tenure) };
  const ada = `/clients/${ADA}`;
  await record('post', '/clients', {
    ...{ clientId: ADA, name: 'Ada Lovelace', email: 'ada@example.com', phone: '+44 20 7946 0958' },
    ...{ clientType: 'residential', trade: 'plumbing', owner: 'Sam', tags: ['vip'], source: 'referral' },
    occurredAt: '2024-01-01T09:00:00Z',
  });
  await record('post', `${ada}/properties`, {
    ...{ propertyId: SITE, label: 'cottage', address: '12 St James’s Square', kind: 'house' },
    instructions: 'Ring twice.',
  });
  await record('put', `${ada}/properties/${SITE}/access-note`, { note: 'the key lies under the gnome' });
  await record('post', `${ada}/equipment`, {
    ...{
      equipmentId: PUMP,
      kind: 'heat pump',
      make: 'Vaillant',
      installedOn: '2020-06-06',
      propertyId: SITE,
    },
  });
  await record('post', `${ada}/equipment/${PUMP}/warranty`, { until: '2024-06-04', provider: 'Vaillant' });
  await record('post', `${ada}/contacts`, { name: 'Grace Hopper', role: 'caretaker', phone: '555 0199' });
  await record('put', `${ada}/preferences/preferred_technician`, { value: 'Marie, JJ' });
  await record('put', `${ada}/preferences/excluded_technician`, { value: 'Pete' });
  await record('put', `${ada}/communication-preferences`, { channel: 'sms', kind: 'any', granted: false });
  await record('put', `${ada}/communication-preferences`, {
    ...{ channel: 'sms', kind: 'reminder', granted: true },
  });
  for (const [n, day] of ['03-01', '03-11', '03-31', '04-27'].entries())
    await record('post', `${ada}/services`, {
      ...{ serviceId: service(n), serviceType: 'drain cleaning', technicians: ['JJ'], propertyId: SITE },
      ...{ amountMinor: 8200, currency: 'CAD', occurredAt: `2024-${day}T09:00:00Z` },
      ...(n === 3 ? { rating: 2, outcome: 'follow_up_needed', notes: 'roots in the pipe' } : {}),
    });
  await record('post', `${ada}/complaints`, {
    ...{ complaintId: COMPLAINT, category: 'quality', severity: 'high', description: 'it drips' },
    occurredAt: '2024-05-05T09:00:00Z',
  });
  await record('post', `${ada}/recommendations`, {
    ...{ recommendationId: ADVICE, serviceType: 'drain camera', reason: 'roots' },
  });
  await record('post', `${ada}/invoices`, {
    ...{ invoiceId: INVOICE, number: '2024-7', amountMinor: 8200, currency: 'CAD', dueOn: '2024-06-04' },
  });
  await record('post', `${ada}/invoices/${INVOICE}/payment`, { amountMinor: 200 });
}

describe('the card of a client', () => {
  beforeAll(livedClient);

  it('says what is known of the client, where it stands, and what there is to mind', async () => {
    const { body, headers } = await card(ADA).expect(200);
    expect(body).toEqual({
      clientId: ADA,
      ...{ name: 'Ada Lovelace', email: 'ada@example.com', phone: '+44 20 7946 0958', source: 'referral' },
      ...{ clientType: 'residential', trade: 'plumbing', owner: 'Sam', tags: ['vip'] },
      ...{ state: 'active', stateSince: '2024-03-01T09:00:00.000Z' },
      convertedAt: '2024-01-01T09:00:00.000Z',
      firstServicedAt: '2024-03-01T09:00:00.000Z',
      lastServicedAt: '2024-04-27T09:00:00.000Z',
      ...{ services: 4, visits: 4, usualGapDays: 20 },
      nextDue: { at: '2024-05-17T09:00:00.000Z', basis: 'own_cadence' },
      lifetime: [{ currency: 'CAD', amountMinor: 32_800 }],
      lastRating: { instrument: 'stars', score: 2, serviceId: service(3), at: '2024-04-27T09:00:00.000Z' },
      flags: {
        openComplaints: 1,
        atRisk: [
          'quiet for 39 days, where four of five gaps were at most 24 days',
          'a complaint is open',
          'last gave 2 of 5 stars',
        ],
        ...{ dueForService: true, overdueInvoice: true, onPlan: false, paused: false },
        ...{ doNotContact: false, erased: false },
      },
      complaintsEver: 1,
      openComplaints: [
        {
          ...{ complaintId: COMPLAINT, category: 'quality', severity: 'high', description: 'it drips' },
          since: '2024-05-05T09:00:00.000Z',
        },
      ],
      recentServices: [3, 2, 1, 0].map((n) => expect.objectContaining({ serviceId: service(n) })),
      technicians: { preferred: ['Marie', 'JJ'], excluded: ['Pete'], last: ['JJ'] },
      preferences: [
        { key: 'excluded_technician', value: 'Pete' },
        { key: 'preferred_technician', value: 'Marie, JJ' },
      ],
      contacts: [expect.objectContaining({ name: 'Grace Hopper', role: 'caretaker', phone: '555 0199' })],
      properties: [
        {
          ...{ propertyId: SITE, label: 'cottage', address: '12 St James’s Square', kind: 'house' },
          ...{ instructions: 'Ring twice.', accessNoteAt: '2024-06-05T09:00:00.000Z' },
        },
      ],
      equipment: [
        {
          ...{ equipmentId: PUMP, kind: 'heat pump', make: 'Vaillant', installedOn: '2020-06-06' },
          ...{ propertyId: SITE, ageYears: 3 },
          warranty: { until: '2024-06-04', provider: 'Vaillant', state: 'expired' },
        },
      ],
      ...{ plans: [], bookings: [], followUps: [], notes: [] },
      unpaidInvoices: [
        {
          ...{
            invoiceId: INVOICE,
            number: '2024-7',
            amountMinor: 8200,
            currency: 'CAD',
            dueOn: '2024-06-04',
          },
          ...{ openMinor: 8000, overdue: true },
        },
      ],
      recommendations: [
        {
          ...{ recommendationId: ADVICE, serviceType: 'drain camera', reason: 'roots' },
          since: '2024-06-05T09:00:00.000Z',
        },
      ],
      consent: [
        { channel: 'sms', kind: 'any', granted: false, since: '2024-06-05T09:00:00.000Z' },
        { channel: 'sms', kind: 'reminder', granted: true, since: '2024-06-05T09:00:00.000Z' },
      ],
      brief: [
        'Ada Lovelace, residential plumbing client since 1 Jan 2024, active, looked after by Sam, tagged vip.',
        '12 St James’s Square, cottage, house. On site: Ring twice. How to get in is in the access note. Call Grace Hopper (caretaker), 555 0199.',
        'Last time, on 27 Apr 2024: drain cleaning by JJ, follow up needed, rated 2 of 5 stars. Noted then: roots in the pipe.',
        'To mind: complaint open since 5 May 2024 (quality, high severity, it drips); wants Marie and JJ; does not want Pete; recommended and not decided on: drain camera; heat pump Vaillant (3 years old, out of warranty).',
        'Next service was due on 17 May 2024 (by habit); 80.00 CAD to be paid, overdue.',
      ],
      revision: expect.any(Number),
      position: expect.stringMatching(/^\d+$/),
    });
    expect(headers.etag).toBe(`"${body.revision}"`);
    expect(BigInt(headers['x-position'] as string)).toBeGreaterThanOrEqual(BigInt(body.position));
  });

  it('tells what depends on the day as of now, and moves on with what is done about it', async () => {
    await tenure.record('post', `/clients/${ADA}/bookings`, {
      ...{ bookingId: BOOKING, scheduledFor: '2024-06-10T09:00:00Z', serviceType: 'drain camera' },
    });
    await tenure.record('post', `/clients/${ADA}/plans`, {
      planId: PLAN,
      name: 'yearly check',
      intervalDays: 365,
    });
    await tenure.record('post', `/clients/${ADA}/plans/${PLAN}/pause`, { until: '2024-09-01T00:00:00Z' });
    await tenure.record('post', `/clients/${ADA}/invoices/${INVOICE}/payment`, {});
    await tenure.record('post', `/clients/${ADA}/recommendations/${ADVICE}/acceptance`, {});
    await tenure.record('post', `/clients/${ADA}/complaints/${COMPLAINT}/resolution`, { remedy: 'revisit' });
    const { body } = await card(ADA).expect(200);
    expect(body).toMatchObject({
      flags: {
        ...{ openComplaints: 0, dueForService: false, overdueInvoice: false, onPlan: true, paused: true },
        pausedUntil: '2024-09-01T00:00:00.000Z',
      },
      bookings: [{ bookingId: BOOKING, scheduledFor: '2024-06-10T09:00:00.000Z' }],
      plans: [{ planId: PLAN, name: 'yearly check', status: 'paused' }],
      ...{ unpaidInvoices: [], recommendations: [], openComplaints: [], complaintsEver: 1 },
    });
    expect(body.brief[4]).toBe(
      'Booked for 10 Jun 2024: drain camera; next service was due on 17 May 2024 (by habit); paused plan: yearly check every 365 days.',
    );
    clock.set('2024-06-12T09:00:00Z');
    const later = await card(ADA).expect(200);
    expect(later.body).toMatchObject({ bookings: [], equipment: [{ ageYears: 4 }] });
    expect(later.body.flags.dueForService).toBe(true);
  });

  it('is for staff, admins and auditors, not for analysts', async () => {
    for (const role of ['staff', 'admin', 'auditor'] as const)
      await tenure.ask(`/clients/${ADA}`, role).expect(200);
    await tenure.ask(`/clients/${ADA}`, 'analyst').expect(403);
  });

  it('is not there for a client that never converted, and takes no id that is none', async () => {
    const { body } = await card(NOBODY).expect(404);
    expect(body).toMatchObject({ status: 404, detail: 'there is no such client' });
    await card('ada').expect(400);
  });

  it('says that it is behind where it has not seen what it is asked to wait for', async () => {
    const { headers } = await tenure
      .call('get', `/clients/${ADA}`)
      .set('X-Await-Position', '9000000000000000000')
      .set('X-Await-Timeout', '0')
      .expect(503);
    expect(headers['retry-after']).toBe('1');
  });
});

describe('the card of a client that another one was merged into', () => {
  const [BOOKED, SITE_OF_BEN] = [uuid(31), uuid(32)];

  it('holds what that one brought in, with its details, and what was changed since', async () => {
    const { record } = { record: tenure.record.bind(tenure) };
    await record('post', '/clients', { clientId: BEN, name: 'Ben', occurredAt: '2024-01-01T09:00:00Z' });
    await record('post', '/clients', { clientId: CAT, name: 'Cat', occurredAt: '2024-02-01T09:00:00Z' });
    await record('post', `/clients/${BEN}/properties`, {
      propertyId: SITE_OF_BEN,
      address: '3 Smith Street',
    });
    await record('post', `/clients/${BEN}/bookings`, {
      ...{ bookingId: BOOKED, scheduledFor: '2024-07-01T09:00:00Z', technicians: ['Rosa'] },
    });
    await record('post', `/clients/${BEN}/merge`, { survivorId: CAT });
    await record('post', `/clients/${CAT}/bookings/${BOOKED}/move`, { scheduledFor: '2024-07-02T09:00:00Z' });
    const { body } = await card(CAT).expect(200);
    expect(body).toMatchObject({
      name: 'Cat',
      convertedAt: '2024-01-01T09:00:00.000Z',
      properties: [{ propertyId: SITE_OF_BEN, address: '3 Smith Street' }],
      bookings: [{ bookingId: BOOKED, scheduledFor: '2024-07-02T09:00:00.000Z', technicians: ['Rosa'] }],
    });
  });

  it('is where whoever asks for the merged one is sent', async () => {
    const { headers, body } = await tenure.ask(`/clients/${BEN}`).redirects(0).expect(307);
    expect(headers.location).toBe(`/api/v1/clients/${CAT}`);
    expect(body).toEqual({ mergedInto: CAT });
  });

  it('no longer holds it when the two are parted, and the other one has it again', async () => {
    await tenure.record('post', `/clients/${BEN}/unmerge`, {});
    expect((await card(CAT).expect(200)).body).toMatchObject({ properties: [], bookings: [] });
    expect((await card(BEN).expect(200)).body).toMatchObject({
      properties: [{ propertyId: SITE_OF_BEN, address: '3 Smith Street' }],
      bookings: [{ scheduledFor: '2024-07-02T09:00:00.000Z', technicians: ['Rosa'] }],
    });
  });
});
