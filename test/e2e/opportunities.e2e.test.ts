import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

const idOf = (block: string) => (n: number) => `${block}-0000-4000-8000-${String(n).padStart(12, '0')}`;
const client = idOf('c1000000');

let tenure: Tenure;
let clock: SettableClock;
beforeAll(async () => {
  clock = new SettableClock('2024-06-01T08:00:00Z');
  tenure = await Tenure.start({}, { clock });
});
afterAll(() => tenure.close());

interface Listed {
  clientId: string;
  kind: string;
  why: string;
  figures: Record<string, unknown>;
}
const list = async (query: string) =>
  (await tenure.ask(`/opportunities?${query}`).expect(200)).body.items as Listed[];
const convert = (n: number, more: object = {}) =>
  tenure.record('post', '/clients', {
    clientId: client(n),
    name: `Client ${n}`,
    occurredAt: '2024-01-01T09:00:00Z',
    ...more,
  });
const serve = (n: number, day: string, more: object = {}) =>
  tenure.record('post', `/clients/${client(n)}/services`, { occurredAt: `${day}T09:00:00Z`, ...more });
const paid = (amountMinor: number) => ({ amountMinor, currency: 'CAD' });

describe('the list of opportunities', () => {
  beforeAll(async () => {
    await convert(1, { trade: 'cleaning', owner: 'Olga', phone: '+1 555 1' });
    await serve(1, '2024-05-01', { ...paid(9_000), nextDueAt: '2024-05-29T09:00:00Z' });
    await convert(2, { trade: 'salon' });
    await serve(2, '2024-05-20', { ...paid(20_000), rating: 1, nextDueAt: '2024-06-05T09:00:00Z' });
  });

  it('has whoever brought the most first, with why and whom to call', async () => {
    expect(await list('')).toEqual([
      expect.objectContaining({ clientId: client(2), kind: 'at_risk', why: 'last gave 1 of 5 stars' }),
      expect.objectContaining({
        clientId: client(1),
        ...{ name: 'Client 1', phone: '+1 555 1', owner: 'Olga', trade: 'cleaning', clientState: 'active' },
        kind: 'due_for_service',
        why: 'the next service was due 2 days ago, as was said at the last one; none is booked',
        figures: { dueAt: '2024-05-29T09:00:00.000Z', basis: 'stated' },
        since: '2024-05-29T09:00:00.000Z',
        lifetime: [paid(9_000)],
      }),
    ]);
  });

  it('looks ahead, and takes its filters', async () => {
    const clients = async (query: string) => (await list(query)).map(({ clientId }) => clientId);
    expect(await clients('kind=due_for_service&ahead=7')).toEqual([client(2), client(1)]);
    expect(await clients('kind=due_for_service&ahead=7&trade=salon')).toEqual([client(2)]);
    expect(await clients('kind=due_for_service&ahead=7&owner=Olga')).toEqual([client(1)]);
    expect(await clients('kind=due_for_service&currency=EUR')).toEqual([]);
    expect(await clients('kind=plan_candidate,reactivation')).toEqual([]);
  });

  it('loses a client when time has not come, it is booked, and has it again when the visit fell through', async () => {
    const bookingId = client(70);
    await tenure.record('post', `/clients/${client(1)}/bookings`, {
      bookingId,
      scheduledFor: '2024-06-03T09:00:00Z',
    });
    expect(await list('kind=due_for_service')).toEqual([]);
    clock.set('2024-06-04T09:00:00Z');
    expect(await list('kind=due_for_service')).toMatchObject([{ clientId: client(1) }]);
  });

  it('pages through all kinds in one order', async () => {
    const whole = await list('ahead=7');
    expect(whole.length).toBeGreaterThan(2);
    const paged: Listed[] = [];
    for (let cursor = ''; paged.length < whole.length;) {
      const { body } = await tenure.ask(`/opportunities?ahead=7&limit=1${cursor}`).expect(200);
      paged.push(...(body.items as Listed[]));
      if (body.nextCursor === undefined) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(paged).toEqual(whole);
  });

  it('proposes what others alike had done too, and misses those who stay away longer than others', async () => {
    // Ten clients mostly have deep cleans, a month apart; three of them also had windows done.
    for (let n = 11; n <= 20; n++) {
      await convert(n);
      await serve(n, '2024-03-01', { serviceType: 'deep clean' });
      await serve(n, '2024-04-01', { serviceType: 'deep clean' });
      if (n <= 13) await serve(n, '2024-04-10', { serviceType: 'windows' });
      await serve(n, '2024-05-01', { serviceType: 'deep clean' });
    }
    await convert(21);
    await serve(21, '2024-05-03', { ...paid(50_000), serviceType: 'deep clean' });
    const proposed = await list('kind=additional_service');
    expect(proposed.map(({ clientId }) => clientId)).toEqual([21, 14, 15, 16, 17, 18, 19, 20].map(client));
    expect(proposed[0]).toMatchObject({
      why: '3 of 11 clients who mostly have deep clean also had windows; this one never',
      figures: { mainType: 'deep clean', serviceType: 'windows', clients: 3, of: 11 },
    });
    const quiet = async () =>
      (await list('kind=at_risk')).filter(({ figures }) => figures.because === 'quiet_for_type');
    clock.set('2024-06-03T09:00:00Z');
    expect(await quiet()).toEqual([]);
    clock.set('2024-06-03T09:00:00.001Z');
    expect(await quiet()).toMatchObject([
      {
        clientId: client(21),
        why: 'quiet for 31 days, where four of five clients come again within 31 days of deep clean',
      },
    ]);
    await tenure.record('post', `/clients/${client(21)}/communications`, {
      ...{ direction: 'sent', channel: 'phone', kind: 'rebooking', occurredAt: '2024-06-03T09:00:00Z' },
    });
    expect(await quiet()).toEqual([]);
    expect((await list('kind=additional_service')).map(({ clientId }) => clientId)).not.toContain(client(21));
  });

  it('is not for analysts, comes as CSV, and says nothing of somebody who was forgotten', async () => {
    await tenure.ask('/opportunities', 'analyst').expect(403);
    const csv = await tenure.ask('/opportunities').set('Accept', 'text/csv').expect(200);
    expect(csv.text).toMatch(/^kind,why,since,trade,lifetime,clientId,name/);
    const { body } = await tenure.ask('/opportunities?kind=luck').expect(400);
    expect(body.errors).toMatchObject([{ path: 'kind' }]);
    const erased = await tenure
      .call('post', `/clients/${client(2)}/erasure`)
      .send({})
      .expect(200);
    const rest = await tenure
      .call('get', '/opportunities?ahead=30')
      .set('X-Await-Position', erased.body.position as string)
      .expect(200);
    const items = rest.body.items as Listed[];
    expect(items.map(({ clientId }) => clientId)).not.toContain(client(2));
  });
});

describe('the list of win-backs', () => {
  const attempt = client(80);
  const list = async (query: string) =>
    (await tenure.ask(`/win-backs?${query}`).expect(200)).body.items as object[];

  it('leads from an attempt to the return and its revenue, and has returns without one apart', async () => {
    clock.set('2024-12-01T09:00:00Z');
    for (const n of [31, 32]) {
      await convert(n, { trade: 'cleaning' });
      await serve(n, '2024-02-01', paid(8_000));
    }
    await tenure.record('post', `/clients/${client(31)}/reactivation-attempts`, {
      ...{ attemptId: attempt, channel: 'email', campaign: 'autumn', occurredAt: '2024-11-01T09:00:00Z' },
    });
    expect(await list('returned=false&campaign=autumn')).toMatchObject([
      { winBackId: attempt, clientId: client(31), channel: 'email', services: 0, revenue: [] },
    ]);
    await serve(31, '2024-11-11', paid(7_000));
    await serve(32, '2024-11-12', paid(6_000));
    await serve(31, '2024-11-20', paid(1_500));
    expect(await list('')).toMatchObject([
      {
        ...{ winBackId: attempt, returnedAt: '2024-11-11T09:00:00.000Z', days: 10, services: 2 },
        revenue: [paid(8_500)],
      },
    ]);
    expect(await list('kind=organic&from=2024-11-01T00:00:00Z')).toMatchObject([
      { organic: true, clientId: client(32), at: '2024-11-12T09:00:00.000Z', revenue: [paid(6_000)] },
    ]);
  });

  it('refuses what no return without an attempt has', async () => {
    const { body } = await tenure.ask('/win-backs?kind=organic&campaign=autumn').expect(400);
    expect(body.errors).toEqual([{ path: 'campaign', message: 'is asked of attempts: leave it out' }]);
    await tenure.ask('/win-backs', 'analyst').expect(403);
  });
});
