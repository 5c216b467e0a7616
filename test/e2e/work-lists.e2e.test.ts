import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

const ADA = 'ada00000-0000-4000-8000-000000000001';
const BEN = 'be000000-0000-4000-8000-000000000002';
const CAT = 'ca000000-0000-4000-8000-000000000003';
const id = (n: number) => `5e000000-0000-4000-8000-0000000000${n}`;

let tenure: Tenure;
let clock: SettableClock;
beforeAll(async () => {
  clock = new SettableClock('2024-06-01T08:00:00Z');
  tenure = await Tenure.start({ TENURE_TIMEZONE: 'Europe/Berlin' }, { clock });
  await tenure.record('post', '/clients', { clientId: ADA, name: 'Ada', phone: '+49 30 1', owner: 'Olga' });
  await tenure.record('post', '/clients', { clientId: BEN, name: 'Ben' });
});
afterAll(() => tenure.close());

const list = async (path: string) =>
  (await tenure.ask(path).expect(200)).body.items as Record<string, unknown>[];
const idsOf = async (path: string, name: string) => (await list(path)).map((item) => item[name]);

describe('the list of complaints', () => {
  beforeAll(async () => {
    const complain = (client: string, n: number, more: object) =>
      tenure.record('post', `/clients/${client}/complaints`, { complaintId: id(n), ...more });
    await complain(ADA, 11, {
      severity: 'high',
      description: 'scratched floor',
      slaDueAt: '2024-06-03T12:00:00Z',
    });
    await complain(BEN, 12, { severity: 'low', slaDueAt: '2024-06-02T12:00:00Z' });
    await complain(BEN, 13, { category: 'billing' });
  });

  it('has those to be resolved first first, with whom to call', async () => {
    expect(await list('/complaints')).toMatchObject([
      { complaintId: id(12), clientId: BEN, name: 'Ben', complaintsEver: 2, overdue: false },
      {
        complaintId: id(11),
        clientId: ADA,
        name: 'Ada',
        phone: '+49 30 1',
        owner: 'Olga',
        description: 'scratched floor',
      },
      { complaintId: id(13), category: 'billing', state: 'open' },
    ]);
  });

  it('tells the overdue ones, the repeated ones, and those of a severity or an owner', async () => {
    clock.set('2024-06-02T12:00:00Z');
    expect(await idsOf('/complaints?overdue=true', 'complaintId')).toEqual([id(12)]);
    expect(await idsOf('/complaints?repeated=true', 'complaintId')).toEqual([id(12), id(13)]);
    expect(await idsOf('/complaints?repeated=false', 'complaintId')).toEqual([id(11)]);
    expect(await idsOf('/complaints?severity=low', 'complaintId')).toEqual([id(12)]);
    expect(await idsOf('/complaints?owner=Olga', 'complaintId')).toEqual([id(11)]);
  });

  it('pages, either way round', async () => {
    const { body } = await tenure.ask('/complaints?limit=2&order=desc').expect(200);
    expect(body.items).toMatchObject([{ complaintId: id(13) }, { complaintId: id(11) }]);
    const rest = await tenure.ask(`/complaints?limit=2&order=desc&cursor=${body.nextCursor}`).expect(200);
    expect(rest.body).toMatchObject({ items: [{ complaintId: id(12) }] });
    expect(rest.body).not.toHaveProperty('nextCursor');
  });

  it('has a resolved one among the resolved, and an open one again when it is reopened', async () => {
    const complaint = `/clients/${BEN}/complaints/${id(12)}`;
    await tenure.record('post', `${complaint}/resolution`, { remedy: 'revisit' });
    expect(await idsOf('/complaints', 'complaintId')).toEqual([id(11), id(13)]);
    expect(await list('/complaints?state=resolved')).toMatchObject([
      { complaintId: id(12), remedy: 'revisit', resolvedAt: '2024-06-02T12:00:00.000Z', overdue: false },
    ]);
    await tenure.record('post', `${complaint}/reopening`, { slaDueAt: '2024-06-05T12:00:00Z' });
    expect(await idsOf('/complaints', 'complaintId')).toEqual([id(11), id(12), id(13)]);
  });
});

describe('the other lists', () => {
  it('have visits by when they begin, for a technician', async () => {
    const book = (client: string, n: number, scheduledFor: string, technicians: string[]) =>
      tenure.record('post', `/clients/${client}/bookings`, { bookingId: id(n), scheduledFor, technicians });
    await book(ADA, 21, '2024-06-04T09:00:00Z', ['Rosa']);
    await book(BEN, 22, '2024-06-03T09:00:00Z', ['Rosa', 'Tim']);
    await book(BEN, 23, '2024-06-05T09:00:00Z', ['Tim']);
    expect(await idsOf('/bookings?technician=Rosa', 'bookingId')).toEqual([id(22), id(21)]);
    await tenure.record('post', `/clients/${BEN}/bookings/${id(22)}/cancellation`, {});
    expect(await idsOf('/bookings?to=2024-06-05T00:00:00Z', 'bookingId')).toEqual([id(21)]);
    clock.set('2024-06-04T09:00:00Z');
    expect(await idsOf('/bookings?overdue=true', 'bookingId')).toEqual([id(21)]);
  });

  it('have invoices overdue once their day is over where the business is, and what is open of them', async () => {
    const owed = { amountMinor: 9_000, currency: 'EUR', dueOn: '2024-06-04' };
    await tenure.record('post', `/clients/${ADA}/invoices`, { invoiceId: id(31), ...owed });
    await tenure.record('post', `/clients/${ADA}/invoices/${id(31)}/payment`, { amountMinor: 4_000 });
    clock.set('2024-06-04T21:59:59Z');
    expect(await list('/invoices')).toMatchObject([{ invoiceId: id(31), openMinor: 5_000, overdue: false }]);
    clock.set('2024-06-04T22:00:00Z');
    expect(await list('/invoices?overdue=true&currency=EUR')).toMatchObject([
      { invoiceId: id(31), overdue: true },
    ]);
    await tenure.record('post', `/clients/${ADA}/invoices/${id(31)}/payment`, {});
    expect(await list('/invoices')).toEqual([]);
  });

  it('have what is to be done, until it is done', async () => {
    const followUp = {
      followUpId: id(41),
      dueAt: '2024-07-01T09:00:00Z',
      topic: 'quality_call',
      assignee: 'Olga',
    };
    await tenure.record('post', `/clients/${ADA}/follow-ups`, { ...followUp, task: 'ask about the floor' });
    expect(await list('/follow-ups?assignee=Olga&topic=quality_call')).toMatchObject([
      { followUpId: id(41), task: 'ask about the floor', clientId: ADA },
    ]);
    await tenure.record('post', `/clients/${ADA}/follow-ups/${id(41)}/completion`, {});
    expect(await list('/follow-ups')).toEqual([]);
  });

  it('have warranties, plans and estimates by when they expire', async () => {
    const [pump, plan, camera] = [id(51), id(52), id(53)];
    await tenure.record('post', `/clients/${ADA}/equipment`, {
      equipmentId: pump,
      kind: 'heat pump',
      make: 'Daikin',
    });
    await tenure.record('post', `/clients/${ADA}/equipment/${pump}/warranty`, { until: '2024-12-31' });
    const agreed = { planId: plan, name: 'yearly check', intervalDays: 365, endsOn: '2024-09-30' };
    await tenure.record('post', `/clients/${BEN}/plans`, agreed);
    const advice = {
      recommendationId: camera,
      serviceType: 'drain camera',
      expiresAt: '2024-08-01T00:00:00Z',
    };
    await tenure.record('post', `/clients/${BEN}/recommendations`, advice);
    expect(await list('/expirations')).toMatchObject([
      { kind: 'estimate', itemId: camera, what: 'drain camera', expiresAt: '2024-08-01T00:00:00.000Z' },
      { kind: 'plan', itemId: plan, what: 'yearly check', expiresAt: '2024-09-30T22:00:00.000Z' },
      { kind: 'warranty', itemId: pump, what: 'heat pump Daikin', expiresAt: '2024-12-31T23:00:00.000Z' },
    ]);
    expect(await idsOf('/expirations?kind=warranty,plan&to=2024-12-01T00:00:00Z', 'itemId')).toEqual([plan]);
    await tenure.record('patch', `/clients/${BEN}/plans/${plan}`, { endsOn: '2025-09-30' });
    expect(await idsOf('/expirations?kind=plan', 'expiresAt')).toEqual(['2025-09-30T22:00:00.000Z']);
  });

  it('have what a merged client brought with it once, with its details, as the survivor’s', async () => {
    await tenure.record('post', '/clients', { clientId: CAT, name: 'Cat' });
    await tenure.record('post', `/clients/${BEN}/merge`, { survivorId: CAT });
    expect(await list('/bookings')).toMatchObject([
      { bookingId: id(21), clientId: ADA },
      { bookingId: id(23), clientId: CAT, name: 'Cat', technicians: ['Tim'] },
    ]);
    expect(await idsOf('/bookings?technician=Tim', 'clientId')).toEqual([CAT]);
    expect(await list('/expirations?kind=plan')).toMatchObject([{ clientId: CAT, what: 'yearly check' }]);
    expect(await list('/complaints')).toMatchObject([
      { complaintId: id(11), clientId: ADA },
      { complaintId: id(12), clientId: CAT, slaDueAt: '2024-06-05T12:00:00.000Z' },
      { complaintId: id(13), clientId: CAT, category: 'billing' },
    ]);
  });

  it('say nothing personal of somebody who was forgotten', async () => {
    const erased = await tenure.call('post', `/clients/${ADA}/erasure`).send({}).expect(200);
    const { body } = await tenure
      .call('get', '/complaints?severity=high')
      .set('X-Await-Position', erased.body.position as string)
      .expect(200);
    const [complaint] = body.items as object[];
    expect(complaint).toMatchObject({ complaintId: id(11), clientId: ADA });
    expect(JSON.stringify(complaint)).not.toMatch(/Ada|\+49|scratched/);
  });
});

describe('any list of work', () => {
  it.each(['complaints', 'bookings', 'invoices', 'follow-ups', 'expirations'])(
    '%s is not for analysts, comes as CSV, and refuses what it does not know',
    async (name) => {
      await tenure.ask(`/${name}`, 'analyst').expect(403);
      const csv = await tenure.ask(`/${name}`).set('Accept', 'text/csv').expect(200);
      expect(csv.text.split('\r\n')[0]).toMatch(/clientId,name,phone,clientState,owner,overdue$/);
      const { body } = await tenure.ask(`/${name}?overdue=maybe&colour=red`).expect(400);
      expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['colour', 'overdue']);
      await tenure.ask(`/${name}?from=2024-02-01T00:00:00Z&to=2024-01-01T00:00:00Z`).expect(400);
      await tenure.ask(`/${name}?cursor=abc`).expect(400);
    },
  );
});
