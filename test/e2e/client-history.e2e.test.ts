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

interface Entry {
  kind: string;
  revision: number;
  data: object;
  amendedBy?: object[];
}

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
      clientId: ADA,
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
      'occurredAt,recordedAt,kind,category,summary,data,actor.id,actor.role,source,revision,position,eventId,clientId,amendedBy',
    );
    expect(first).toContain('"Serviced: drain cleaning by JJ, 82.00 CAD"');
    expect(first).toContain('""serviceType"":""drain cleaning""');
  });

  it('shows beside a fact what put it right, and each for itself', async () => {
    const client = `/clients/${uuid(20)}`;
    await tenure.record('post', '/clients', { clientId: uuid(20), occurredAt: '2024-01-01T00:00:00Z' });
    const serve = (n: number, occurredAt: string) =>
      tenure.record('post', `${client}/services`, {
        ...{ serviceId: uuid(200 + n), amountMinor: 8200, currency: 'CAD', occurredAt },
      });
    await serve(1, '2024-02-01T09:00:00Z');
    await serve(2, '2024-02-02T09:00:00Z');
    const correction = { amountMinor: 7200, currency: 'CAD', reason: 'typed wrongly' };
    await tenure.record('post', `${client}/services/${uuid(201)}/correction`, correction);
    await tenure.record('post', `${client}/services/${uuid(201)}/void`, { reason: 'wrong client' });
    await tenure.record('post', `${client}/notes`, { noteId: uuid(203), text: 'a parot' });
    await tenure.record('put', `${client}/notes/${uuid(203)}`, { text: 'a parrot' });

    const { body } = await tenure.ask(`${client}/history?order=asc`).expect(200);
    const entry = (kind: string, n = 0) =>
      (body.items as { kind: string; amendedBy?: object[] }[]).filter((one) => one.kind === kind)[n];
    expect(entry('ClientServiced')?.amendedBy).toMatchObject([
      { kind: 'ServiceCorrected', summary: 'Service corrected: amount 72.00 CAD, typed wrongly' },
      { kind: 'ServiceVoided', summary: 'Service of 1 Feb 2024 voided: wrong client' },
    ]);
    expect(entry('ClientServiced', 1)).not.toHaveProperty('amendedBy');
    expect(entry('NoteAdded')?.amendedBy).toMatchObject([{ kind: 'NoteAmended' }]);
    expect(entry('ServiceVoided')).toBeDefined();
  });

  it('can be opened as it stood at any revision', async () => {
    const client = `/clients/${uuid(20)}`;
    const all = (await tenure.ask(`${client}/history?limit=200`).expect(200)).body.items as Entry[];
    const { revision = -1 } = all.find(({ kind }) => kind === 'ServiceCorrected') ?? {};
    const { body } = await tenure.ask(`${client}/history?revision=${revision}`).expect(200);
    const then = body.items as Entry[];
    expect(then.map((one) => one.revision).sort()).toEqual([...Array(revision + 1).keys()]);
    // The void came later.
    const corrected = then.filter((one) => one.kind === 'ClientServiced' && one.amendedBy);
    expect(corrected).toMatchObject([
      { data: { serviceId: uuid(201) }, amendedBy: [{ kind: 'ServiceCorrected' }] },
    ]);
    const { body: refusal } = await tenure.ask(`${client}/history?revision=99`).expect(400);
    expect(refusal.errors).toEqual([{ path: 'revision', message: 'the client has not come to it yet' }]);
    await tenure.ask(`/clients/${NOBODY}/history?revision=0`).expect(404);
  });

  it('of a client that others were merged into tells all their lives in order', async () => {
    const [one, two, three] = [uuid(30), uuid(31), uuid(32)];
    const convert = (clientId: string, name: string, day: string) =>
      tenure.record('post', '/clients', { clientId, name, occurredAt: `2024-01-0${day}T00:00:00Z` });
    await convert(three, 'Third', '3');
    await convert(one, 'First', '1');
    await convert(two, 'Second', '2');
    const note = (clientId: string, text: string, day: string) =>
      tenure.record('post', `/clients/${clientId}/notes`, { text, occurredAt: `2024-02-0${day}T00:00:00Z` });
    await note(two, 'of the second', '2');
    await note(one, 'of the first', '1');
    // The third goes into the second, and that into the first.
    await tenure.record('post', `/clients/${three}/merge`, { survivorId: two });
    const merge = await tenure.record('post', `/clients/${two}/merge`, { survivorId: one });
    expect(merge.clientId).toBe(two);

    const told = async (query: string) => {
      const { body } = await tenure
        .ask(`/clients/${one}/history?kind=NoteAdded,ClientConverted&${query}`)
        .expect(200);
      return (body.items as { data: { name?: string; text?: string } }[]).map(
        ({ data }) => data.text ?? data.name,
      );
    };
    const all = ['First', 'Second', 'Third', 'of the first', 'of the second'];
    expect(await told('order=asc')).toEqual(all);
    expect(await told('order=desc')).toEqual([...all].reverse());
    expect(await told('order=asc&revision=1')).toEqual(['First', 'of the first']);

    const { headers, body } = await tenure
      .ask(`/clients/${three}/history?order=asc&limit=3`)
      .redirects(0)
      .expect(307);
    expect(headers.location).toBe(`/api/v1/clients/${two}/history?order=asc&limit=3`);
    expect(body).toEqual({ mergedInto: two });

    await tenure.record('post', `/clients/${two}/unmerge`, {});
    expect(await told('order=asc')).toEqual(['First', 'of the first']);
    const { body: again } = await tenure.ask(`/clients/${two}/history?kind=ClientConverted`).expect(200);
    expect(again.items).toHaveLength(2);
  });
});
