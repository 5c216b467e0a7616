import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const post = (path: string, body?: object) => tenure.call('post', path, 'staff').send(body);

async function converted(): Promise<string> {
  const { clientId } = await tenure.record('post', '/clients', { occurredAt: '2024-01-01T09:00:00Z' });
  return `/clients/${clientId}`;
}

describe('converting', () => {
  it('answers with the new client, where it is, and where it stands', async () => {
    const { body, headers } = await post('/clients', { name: 'Ada', tags: ['vip'] }).expect(201);
    expect(body).toMatchObject({ revision: 0, events: [{ type: 'ClientConverted' }] });
    expect(headers).toMatchObject({ etag: '"0"', location: `/api/v1/clients/${body.clientId}` });
    const card = await tenure
      .call('get', `/clients/${body.clientId}`)
      .set('X-Await-Position', body.position)
      .expect(200);
    expect(card.body).toMatchObject({ name: 'Ada', state: 'new', tags: ['vip'] });
    expect(BigInt(card.headers['x-position'] as string) >= BigInt(body.position)).toBe(true);
  });

  it('is done once for an id: the second time names the state and the rule', async () => {
    const clientId = uuidv4();
    await post('/clients', { clientId }).expect(201);
    const { body } = await post('/clients', { clientId }).expect(409);
    expect(body).toMatchObject({ status: 409, state: 'new', rule: 'convert-once' });
  });
});

describe('an idempotency key', () => {
  const keyed = (path: string, key: string, body: object) => post(path, body).set('Idempotency-Key', key);

  it('makes a retry get the first answer again, the id that we made included', async () => {
    const first = await keyed('/clients', 'convert-1', { name: 'Ada' }).expect(201);
    const again = await keyed('/clients', 'convert-1', { name: 'Ada' }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.etag).toBe(first.headers.etag);
  });

  it('is refused with another body, and with another command to the same client', async () => {
    const client = await converted();
    await keyed(`${client}/notes`, 'note-1', { text: 'gate code changed' }).expect(201);
    const { body } = await keyed(`${client}/notes`, 'note-1', { text: 'no, it did not' }).expect(422);
    expect(body.type).toBe('/docs/problems#idempotency-key-reused');
    await keyed(`${client}/services`, 'note-1', {}).expect(422);
  });

  it('keeps two calls at the same moment from recording twice', async () => {
    const client = await converted();
    const answers = await Promise.all([1, 2, 3].map(() => keyed(`${client}/services`, 'service-1', {})));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const card = await tenure
      .call('get', client)
      .set('X-Await-Position', answers[0]?.body.position)
      .expect(200);
    expect(card.body.services).toBe(1);
  });

  it('belongs to its caller', async () => {
    const client = await converted();
    await keyed(`${client}/notes`, 'same', { text: 'by staff' }).expect(201);
    const other = tenure.call('post', `${client}/notes`, 'admin').set('Idempotency-Key', 'same');
    await other.send({ text: 'by an admin' }).expect(201);
  });
});

describe('If-Match', () => {
  it('lets a command through only if the client is where the caller saw it', async () => {
    const client = await converted();
    await post(`${client}/notes`, { text: 'one' }).set('If-Match', '"0"').expect(201);
    const { body } = await post(`${client}/notes`, { text: 'two' }).set('If-Match', '"0"').expect(412);
    expect(body.type).toBe('/docs/problems#precondition-failed');
    await post(`${client}/notes`, { text: 'two' }).set('If-Match', '"1"').expect(201);
  });
});

describe('a service', () => {
  it('to a lapsed client brings it back, in one append', async () => {
    const client = await converted();
    const lapsed = await post(`${client}/services`, { occurredAt: '2024-01-02T09:00:00Z' }).expect(201);
    expect(lapsed.body.events.map(({ type }: { type: string }) => type)).toEqual([
      'ClientServiced',
      'ClientLapsed',
    ]);
    const back = await post(`${client}/services`, { serviceType: 'repair' }).expect(201);
    expect(back.body.events.map(({ type }: { type: string }) => type)).toEqual([
      'ClientServiced',
      'ClientReactivated',
    ]);
    const card = await tenure.call('get', client).set('X-Await-Position', back.body.position);
    expect(card.body.state).toBe('reactivated');
  });
});

describe('a complaint', () => {
  it('is raised, resolved once, and gone from the card', async () => {
    const client = await converted();
    const complaintId = uuidv4();
    const raised = await post(`${client}/complaints`, {
      complaintId,
      category: 'quality',
      severity: 'high',
    }).expect(201);
    const open = await tenure.call('get', client).set('X-Await-Position', raised.body.position);
    expect(open.body.openComplaints).toMatchObject([{ complaintId, category: 'quality', severity: 'high' }]);
    const path = `${client}/complaints/${complaintId}/resolution`;
    const resolved = await post(path, { remedy: 'revisit', creditMinor: 500, currency: 'CAD' }).expect(200);
    const closed = await tenure.call('get', client).set('X-Await-Position', resolved.body.position);
    expect(closed.body.openComplaints).toEqual([]);
    expect((await post(path, {}).expect(409)).body).toMatchObject({
      state: 'resolved',
      rule: 'resolve-open',
    });
    await post(`${client}/complaints/${uuidv4()}/resolution`, {}).expect(404);
  });
});

describe('a tag', () => {
  it('is put on and taken off; doing it again changes nothing', async () => {
    const client = await converted();
    const tag = (method: 'put' | 'delete') => tenure.call(method, `${client}/tags/vip`, 'staff').expect(200);
    expect((await tag('put')).body.events).toHaveLength(1);
    expect((await tag('put')).body).toMatchObject({ revision: 1, events: [] });
    expect((await tag('delete')).body.events).toHaveLength(1);
    expect((await tag('delete')).body.events).toEqual([]);
  });
});

describe('a bad request', () => {
  const future = new Date(Date.now() + 86_400_000).toISOString();
  it.each([
    ['/clients', { name: '' }, 'name'],
    ['/clients', { name: 7 }, 'name'],
    ['/clients', { name: null }, 'name'],
    ['/clients', { name: 'x'.repeat(201) }, 'name'],
    ['/clients', { name: 'a\u0000b' }, 'name'],
    ['/clients', { name: '\ud800x' }, 'name'],
    ['/clients', { email: 'not an address' }, 'email'],
    ['CLIENT/services', { technicians: ['\udc00'] }, 'technicians'],
    ['/clients', { tags: ['VIP'] }, 'tags'],
    ['/clients', { tags: ['a', 'a'] }, 'tags'],
    ['/clients', { tags: 'vip' }, 'tags'],
    ['/clients', { trade: 'astrology' }, 'trade'],
    ['/clients', { clientId: 'C-17' }, 'clientId'],
    ['/clients', { occurredAt: '2024-01-01' }, 'occurredAt'],
    ['/clients', { occurredAt: '2024-02-30T00:00:00Z' }, 'occurredAt'],
    ['/clients', { occurredAt: future }, 'occurredAt'],
    ['/clients', { shoeSize: 43 }, 'shoeSize'],
    ['/clients', { __proto__: null, constructor: 1 }, 'constructor'],
    ['CLIENT/services', { amountMinor: 12.5, currency: 'CAD' }, 'amountMinor'],
    ['CLIENT/services', { amountMinor: -1, currency: 'CAD' }, 'amountMinor'],
    ['CLIENT/services', { amountMinor: 100 }, 'currency'],
    ['CLIENT/services', { currency: 'CAD' }, 'amountMinor'],
    ['CLIENT/services', { amountMinor: 100, currency: 'XQZ' }, 'currency'],
    ['CLIENT/services', { rating: 6 }, 'rating'],
    ['CLIENT/services', { serviceId: 17 }, 'serviceId'],
    ['CLIENT/services', { technicians: [''] }, 'technicians'],
    ['CLIENT/complaints', { severity: 'dire' }, 'severity'],
    ['CLIENT/complaints', { slaDueAt: 'soon' }, 'slaDueAt'],
    ['CLIENT/complaints/not-a-uuid/resolution', {}, 'complaintId'],
    ['CLIENT/notes', {}, 'text'],
    ['CLIENT/notes', { text: ' ' }, 'text'],
    ['/clients/not-a-uuid/services', {}, 'clientId'],
  ])('to %s with %j is told that %s is wrong', async (path, body, fault) => {
    const client = path.startsWith('CLIENT') ? await converted() : '';
    const answer = await post(path.replace('CLIENT', client), body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body.errors.map(({ path: at }: { path: string }) => at)).toContain(fault);
    expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:/);
  });

  it.each(['/clients', 'CLIENT/services', 'CLIENT/complaints', 'CLIENT/notes'])(
    'to %s without an object as body is told so',
    async (path) => {
      const client = path.startsWith('CLIENT') ? await converted() : '';
      for (const body of ['[]', '"text"', '7', 'null', '', '{"name":']) {
        const sent = tenure
          .call('post', path.replace('CLIENT', client), 'staff')
          .set('Content-Type', 'application/json');
        const answer = await sent.send(body);
        // An empty body is an empty object where nothing is required.
        expect([400, 201]).toContain(answer.status);
        if (body !== '') expect(answer.status).toBe(400);
      }
    },
  );

  it('for a client that is unknown is 404, whatever the command', async () => {
    const nobody = `/clients/${uuidv4()}`;
    await post(`${nobody}/services`, {}).expect(404);
    await post(`${nobody}/complaints`, {}).expect(404);
    await post(`${nobody}/complaints/${uuidv4()}/resolution`, {}).expect(404);
    await post(`${nobody}/notes`, { text: 'hello' }).expect(404);
    await tenure.call('put', `${nobody}/tags/vip`, 'staff').expect(404);
  });
});

describe('commands are for staff', () => {
  it.each(['analyst', 'auditor'] as const)('an %s may send none', async (role) => {
    const client = await converted();
    for (const path of ['/clients', `${client}/services`, `${client}/complaints`, `${client}/notes`]) {
      const { body } = await tenure.call('post', path, role).send({}).expect(403);
      expect(body.detail).toMatch(/staff/);
    }
    await tenure.call('put', `${client}/tags/vip`, role).expect(403);
    await tenure.call('delete', `${client}/tags/vip`, role).expect(403);
  });
});
