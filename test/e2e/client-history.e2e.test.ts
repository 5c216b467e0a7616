import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';

const uuid = (n: number) => `c1000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [ADA, BEN, CAT] = [uuid(1), uuid(2), uuid(3)];
const NOBODY = uuid(999);
const service = (n: number) => `5e000000-0000-4000-8000-00000000000${n}`;
const COMPLAINT = 'c0000000-0000-4000-8000-000000000001';

let tenure: Tenure;

beforeAll(async () => {
  tenure = await Tenure.start({ TENURE_TIMEZONE: 'Europe/Berlin' });
  const { record } = { record: tenure.record.bind(tenure) };
  await record('post', '/clients', {
    ...{ clientId: ADA, name: 'Ada', email: 'ada@example.com', source: 'referral', tags: ['vip'] },
    occurredAt: '2024-01-01T09:00:00Z',
  });
  const ada = `/clients/${ADA}`;
  await record('post', `${ada}/services`, {
    ...{ serviceId: service(1), serviceType: 'drain cleaning', technicians: ['JJ'] },
    ...{ amountMinor: 8200, currency: 'CAD', occurredAt: '2024-01-02T09:00:00Z' },
  });
  await record('post', `${ada}/complaints`, {
    ...{ complaintId: COMPLAINT, category: 'quality', severity: 'high', description: 'it drips' },
    occurredAt: '2024-01-05T09:00:00Z',
  });
  // Past the window of the one before: the client had lapsed on 1 April, and comes back.
  await record('post', `${ada}/services`, { serviceId: service(2), occurredAt: '2024-05-01T09:00:00Z' });
  await record('post', '/clients', { clientId: BEN, occurredAt: '2024-02-01T09:00:00Z' });
  await record('post', '/clients', { clientId: CAT, tags: ['vip'], occurredAt: '2024-02-01T09:00:00Z' });
});
afterAll(() => tenure.close());

const history = (query: string) => tenure.ask(`/clients/${ADA}/history${query}`);
const kinds = (body: { items: { kind: string }[] }) => body.items.map(({ kind }) => kind);

describe('the history of a client', () => {
  it('is for staff and auditors, not for analysts', async () => {
    await tenure.ask(`/clients/${ADA}/history`, 'auditor').expect(200);
    await tenure.ask(`/clients/${ADA}/history`, 'analyst').expect(403);
    await tenure.ask(`/clients/${NOBODY}/history`).expect(404);
  });

  it('has every fact in words, newest first', async () => {
    const { body, headers } = await history('').expect(200);
    expect(body.items.map(({ summary }: { summary: string }) => summary)).toEqual([
      'Lapsed after 90 days without a service (last on 1 May 2024)',
      'Came back 30 days after the lapse (episode 2)',
      'Serviced',
      'Lapsed after 90 days without a service (last on 2 Jan 2024)',
      'Complained: quality, high severity',
      'Serviced: drain cleaning by JJ, 82.00 CAD',
      'Became a client (from referral)',
    ]);
    expect(body.items[4]).toEqual({
      eventId: expect.any(String),
      position: expect.stringMatching(/^\d+$/),
      revision: 3,
      kind: 'ClientComplained',
      category: 'complaints',
      occurredAt: '2024-01-05T09:00:00.000Z',
      recordedAt: expect.stringMatching(/Z$/),
      summary: 'Complained: quality, high severity',
      data: { complaintId: COMPLAINT, category: 'quality', severity: 'high', description: 'it drips' },
      actor: { id: expect.any(String), role: 'staff' },
      source: 'api',
    });
    expect(headers['x-position']).toMatch(/^\d+$/);
    expect(body.nextCursor).toBeUndefined();
  });

  it('can be read from the oldest on, between two instants, and by kind or category', async () => {
    const asc = await history('?order=asc').expect(200);
    expect(kinds(asc.body)).toEqual(kinds((await history('')).body).reverse());
    const between = await history('?from=2024-01-02T10:00:00%2B01:00&to=2024-04-01T09:00:00Z').expect(200);
    expect(kinds(between.body)).toEqual(['ClientComplained', 'ClientServiced']);
    const some = await history('?kind=complaints,ClientConverted').expect(200);
    expect(kinds(some.body)).toEqual(['ClientComplained', 'ClientConverted']);
    expect(kinds((await history('?kind=ComplaintResolved').expect(200)).body)).toEqual([]);
  });

  it('refuses what it does not know by naming what there is', async () => {
    const { body } = await history('?kind=services').expect(400);
    expect(body.errors).toEqual([
      { path: 'kind', message: expect.stringContaining('service, lifecycle, complaints, record') },
    ]);
    expect(body.errors[0].message).toContain('ClientServiced');
    const turned = await history('?from=2024-02-01T00:00:00Z&to=2024-02-01T00:00:00Z').expect(400);
    expect(turned.body.errors).toEqual([{ path: 'to', message: 'must lie after from' }]);
    await history('?order=up').expect(400);
    await history('?limit=201').expect(400);
  });

  it('is paged without gaps or repeats while facts are added, late ones too', async () => {
    const { record } = { record: tenure.record.bind(tenure) };
    await record('post', '/clients', { clientId: uuid(10), occurredAt: '2024-01-01T00:00:00Z' });
    const note = (n: number, day: string) =>
      record('post', `/clients/${uuid(10)}/notes`, {
        ...{ noteId: uuid(100 + n), text: `note ${n}` },
        occurredAt: `2024-${day}T00:00:00Z`,
      });
    // Three at one instant, so that a page ends among them.
    for (const [n, day] of ['02-01', '02-02', '02-02', '02-02', '02-03'].entries()) await note(n, day);
    const path = `/clients/${uuid(10)}/history?limit=2`;
    const first = await tenure.ask(path).expect(200);
    await note(5, '03-01');
    await note(6, '01-15');
    const seen = [...first.body.items];
    let next = first.headers.link;
    while (next) {
      const target = /^<\/api\/v1(.*)>; rel="next"$/.exec(next)?.[1] as string;
      const page = await tenure.ask(target).expect(200);
      seen.push(...page.body.items);
      next = page.headers.link;
    }
    expect(seen.map(({ data }) => data.text)).toEqual([
      ...['note 4', 'note 3', 'note 2', 'note 1', 'note 0', 'note 6'],
      undefined,
    ]);
  });

  it('takes no cursor of the other order', async () => {
    const { body } = await history('?limit=1').expect(200);
    await history(`?limit=1&cursor=${body.nextCursor}`).expect(200);
    const { body: problem } = await history(`?limit=1&order=asc&cursor=${body.nextCursor}`).expect(400);
    expect(problem.errors[0].path).toBe('cursor');
  });

  it('is to be had as CSV, a fact a line', async () => {
    const { text } = await history('?kind=ClientServiced&order=asc').set('Accept', 'text/csv').expect(200);
    const [head, first] = text.split('\r\n');
    expect(head).toBe(
      'occurredAt,recordedAt,kind,category,summary,data,actor.id,actor.role,source,revision,position,eventId',
    );
    expect(first).toContain('"Serviced: drain cleaning by JJ, 82.00 CAD"');
    expect(first).toContain('""serviceType"":""drain cleaning""');
  });
});
