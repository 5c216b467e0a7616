import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { Client, escapeIdentifier } from 'pg';
import type { Session } from '../../src/cli/session.js';
import { runStatus } from '../../src/cli/status.command.js';
import { readyMadeSegments } from '../../src/segment/ready-made-segments.js';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

const uuid = (n: number) => `c1000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [ADA, BEN] = [uuid(1), uuid(2)];

let tenure: Tenure;
/** ids of events, by what they did to Ada */
const event: Record<string, string> = {};

beforeAll(async () => {
  tenure = await Tenure.start();
  const adaConverts = { clientId: ADA, name: 'Ada', tags: ['vip'], occurredAt: '2024-01-01T09:00:00Z' };
  const converted = await tenure.record('post', '/clients', adaConverts);
  const serve = (occurredAt: string) => tenure.record('post', `/clients/${ADA}/services`, { occurredAt });
  const served = await serve('2024-01-11T09:00:00Z');
  // It reports the lapse that was due on 10 April, too.
  Object.assign(event, {
    converted: converted.events[0]?.id,
    serviced: served.events[0]?.id,
    lapsed: served.events[1]?.id,
  });
  await tenure.record('post', '/clients', { clientId: BEN, name: 'Ben', occurredAt: '2024-02-01T09:00:00Z' });
  const garden = await tenure.record('put', `/clients/${BEN}/tags/garden`);
  expect(garden.events).toHaveLength(1);
  await tenure.record('delete', `/clients/${BEN}/tags/garden`);
  await waitUntil('the ready-made segments are filled', async () => {
    const { body } = await tenure.ask('/segments?limit=200').expect(200);
    const ruled = (body.items as { kind: string; filled?: number }[]).filter(({ kind }) => kind === 'rule');
    return ruled.length === readyMadeSegments.length && ruled.every(({ filled }) => filled === undefined);
  });
});
afterAll(() => tenure.close());

const members = (id: string, query = '', role: 'staff' | 'analyst' | 'auditor' = 'staff') =>
  tenure.ask(`/segments/${id}/members${query}`, role);
const ids = (body: { items: { clientId: string }[] }) => body.items.map(({ clientId }) => clientId);

describe('the segments', () => {
  it('are one for each state and one for each tag that somebody had, with the number of clients in each', async () => {
    const { body, headers } = await tenure.ask('/segments', 'analyst').expect(200);
    const ruleless = body.items.filter(({ kind }: { kind: string }) => kind !== 'rule');
    expect(ruleless.map(({ id, size, everSize }: Record<string, unknown>) => [id, size, everSize])).toEqual([
      ['state:active', 0, 1],
      ['state:closed', 0, 0],
      ['state:lapsed', 1, 1],
      ['state:new', 1, 2],
      ['state:reactivated', 0, 0],
      ['tag:garden', 0, 1],
      ['tag:vip', 1, 1],
    ]);
    expect(headers['x-position']).toMatch(/^\d+$/);
    const last = body.items.at(-4).id;
    const { body: page } = await tenure.ask(`/segments?limit=${body.items.length - 3}`).expect(200);
    const { body: rest } = await tenure.ask(`/segments?limit=5&cursor=${page.nextCursor}`).expect(200);
    expect(page.items.at(-1).id).toBe(last);
    expect(rest.items.map(({ id }: { id: string }) => id)).toEqual(
      body.items.slice(-3).map(({ id }: { id: string }) => id),
    );
  });

  it('say each in words who is in it', async () => {
    const { body } = await tenure.ask('/segments/state:new', 'auditor').expect(200);
    expect(body).toEqual({
      ...{ id: 'state:new', kind: 'state', name: 'new', description: 'Converted, and not serviced yet' },
      ...{ size: 1, everSize: 2 },
    });
    expect((await tenure.ask('/segments/tag:vip').expect(200)).body.description).toBe('Tagged vip');
  });

  it('are unknown by any other id, and by a tag that nobody ever had', async () => {
    for (const id of [
      'state:gone',
      'tag:nobody-has-it',
      'tag:',
      'vip',
      'state:constructor',
      'tag:%00',
      'tag:VIP',
    ]) {
      await tenure.ask(`/segments/${id}`).expect(404);
      await members(id).expect(404);
    }
  });
});

describe('the members of a segment', () => {
  it('are those of now, with the facts that brought them in', async () => {
    const { body } = await members('state:lapsed').expect(200);
    expect(body).toEqual({
      items: [{ clientId: ADA, name: 'Ada', since: '2024-04-10T09:00:00.000Z', enteredBy: event.lapsed }],
    });
    expect((await members('tag:garden').expect(200)).body).toEqual({ items: [] });
  });

  it('are those of any date: what happened at that very instant does not count yet', async () => {
    const asOf = async (instant: string, id = 'state:active') =>
      ids((await members(id, `?asOf=${instant}`).expect(200)).body);
    expect(await asOf('2024-01-11T09:00:00Z')).toEqual([]);
    expect(await asOf('2024-01-11T09:00:00Z', 'state:new')).toEqual([ADA]);
    expect(await asOf('2024-01-11T09:00:00.001Z')).toEqual([ADA]);
    expect(await asOf('2024-04-10T09:00:00Z')).toEqual([ADA]);
    expect(await asOf('2024-04-10T09:00:00.001Z')).toEqual([]);
  });

  it('are told to analysts by id and date, never by name', async () => {
    const analyst = await members('tag:vip', '', 'analyst').expect(200);
    expect(analyst.body.items).toEqual([
      { clientId: ADA, since: '2024-01-01T09:00:00.000Z', enteredBy: event.converted },
    ]);
    expect((await members('tag:vip', '', 'auditor').expect(200)).body.items[0].name).toBe('Ada');
    const csv = await members('tag:vip', '', 'analyst').set('Accept', 'text/csv').expect(200);
    expect(csv.text).not.toContain('Ada');
  });

  it('come page by page as of one instant, whoever enters meanwhile', async () => {
    const query = '?limit=1&asOf=2024-01-20T00:00:00Z';
    expect((await members('tag:vip', query).expect(200)).body.nextCursor).toBeUndefined();
    for (const n of [11, 12, 13])
      await tenure.record('post', '/clients', {
        clientId: uuid(n),
        occurredAt: `2024-03-0${n - 10}T00:00:00Z`,
      });
    const first = await members('state:new', '?limit=2').expect(200);
    expect(ids(first.body)).toEqual([uuid(13), uuid(12)]);
    await tenure.record('post', '/clients', { clientId: uuid(14) });
    const { nextCursor } = first.body;
    const rest = await members('state:new', `?limit=2&cursor=${nextCursor}`).expect(200);
    expect(ids(rest.body)).toEqual([uuid(11), BEN]);
    const other = await members('state:new', `?limit=2&asOf=2024-03-03T00:00:00Z&cursor=${nextCursor}`);
    expect(other.body.errors[0].path).toBe('cursor');
  });
});

describe('the segments of a client', () => {
  it('are those of now and those before, latest entered first, each with the facts behind it', async () => {
    const { body } = await tenure.ask(`/clients/${ADA}/segments`).expect(200);
    const state = (name: string) => ({ id: `state:${name}`, kind: 'state', name });
    const ruleless = (stays: { segment: { kind: string } }[]) =>
      stays.filter(({ segment }) => segment.kind !== 'rule');
    expect({ now: ruleless(body.now), before: ruleless(body.before) }).toEqual({
      now: [
        { segment: state('lapsed'), since: '2024-04-10T09:00:00.000Z', enteredBy: event.lapsed },
        {
          segment: { id: 'tag:vip', kind: 'tag', name: 'vip' },
          ...{ since: '2024-01-01T09:00:00.000Z', enteredBy: event.converted },
        },
      ],
      before: [
        {
          segment: state('active'),
          ...{ since: '2024-01-11T09:00:00.000Z', enteredBy: event.serviced },
          ...{ until: '2024-04-10T09:00:00.000Z', leftBy: event.lapsed },
        },
        {
          segment: state('new'),
          ...{ since: '2024-01-01T09:00:00.000Z', enteredBy: event.converted },
          ...{ until: '2024-01-11T09:00:00.000Z', leftBy: event.serviced },
        },
      ],
    });
  });

  it('are for staff and auditors, and not there for a client that never converted', async () => {
    await tenure.ask(`/clients/${ADA}/segments`, 'auditor').expect(200);
    await tenure.ask(`/clients/${ADA}/segments`, 'analyst').expect(403);
    await tenure.ask(`/clients/${uuid(999)}/segments`).expect(404);
  });
});

describe('a segment that a rule defines', () => {
  const SEGMENT = '5e900000-0000-4000-8000-000000000001';
  const rule = { fact: 'daysSinceLastService', op: 'gte', value: 30 };
  beforeAll(async () => {
    const sent = { segmentId: SEGMENT, name: 'Not seen for a month', rule };
    await tenure.record('post', '/segments', sent);
    await waitUntil('it is filled', async () => {
      const { body } = await tenure.ask(`/segments/${SEGMENT}`);
      return body.filled === undefined && body.size === 1;
    });
  });

  it('has members from dates before it was defined, and the fact that set the clock going', async () => {
    const { body } = await members(SEGMENT).expect(200);
    const since = '2024-02-10T09:00:00.000Z';
    expect(body).toEqual({ items: [{ clientId: ADA, name: 'Ada', since, enteredBy: event.serviced }] });
    expect(ids((await members(SEGMENT, '?asOf=2024-02-10T09:00:00Z').expect(200)).body)).toEqual([]);
    expect(ids((await members(SEGMENT, '?asOf=2024-02-10T09:00:00.001Z').expect(200)).body)).toEqual([ADA]);
    expect(JSON.stringify((await members(SEGMENT, '', 'analyst').expect(200)).body)).not.toContain('Ada');
  });

  it('is listed with its rule in words, and shown among the segments of a client', async () => {
    const { body } = await tenure.ask('/segments', 'analyst').expect(200);
    const listed = body.items.find(({ id }: { id: string }) => id === SEGMENT);
    expect(listed).toMatchObject({ kind: 'rule', name: 'Not seen for a month', size: 1, everSize: 1, rule });
    const { body: client } = await tenure.ask(`/clients/${ADA}/segments`).expect(200);
    expect(client.now.map(({ segment }: { segment: object }) => segment)).toContainEqual({
      ...{ id: SEGMENT, kind: 'rule', name: 'Not seen for a month' },
    });
  });

  it('tells why somebody is in it, and why somebody is not', async () => {
    const why = (client: string, asOf: string) =>
      tenure.ask(`/segments/${SEGMENT}/members/${client}?asOf=${asOf}`).expect(200);
    const { body } = await why(ADA, '2024-02-20T09:00:00Z');
    expect(body).toMatchObject({
      member: true,
      reason: { holds: true, value: 40, eventIds: [event.serviced] },
    });
    const { body: before } = await why(ADA, '2024-01-20T09:00:00Z');
    expect(before).toMatchObject({ member: false, reason: { holds: false, value: 9 } });
    expect((await why(BEN, '2024-02-20T09:00:00Z')).body).toMatchObject({ member: false });
    await tenure.ask(`/segments/${SEGMENT}/members/${uuid(999)}`).expect(404);
    await tenure.ask(`/segments/${SEGMENT}/members/${ADA}`, 'analyst').expect(403);
  });

  it('has a history of what it gained and lost', async () => {
    const span = 'from=2024-01-15T12:00:00Z&to=2024-03-15T12:00:00Z';
    const { body } = await tenure.ask(`/segments/${SEGMENT}/history?${span}`, 'analyst').expect(200);
    expect(body.periods).toEqual([
      { period: '2024-01', entered: 0, left: 0, size: 0 },
      { period: '2024-02', entered: 1, left: 0, size: 1 },
      { period: '2024-03', entered: 0, left: 0, size: 1 },
    ]);
    const { body: wrong } = await tenure
      .ask(`/segments/${SEGMENT}/history?from=2024-03-15T12:00:00Z&to=2024-01-15T12:00:00Z`)
      .expect(400);
    expect(wrong.errors[0].path).toBe('from');
  });

  it('can be tried before it is defined', async () => {
    const preview = (body: object) => tenure.call('post', '/segments/preview', 'staff').send(body);
    const { body } = await preview({ rule: { fact: 'services', op: 'gte', value: 1 } }).expect(200);
    expect(body).toMatchObject({ count: 1, complete: true, sample: [{ clientId: ADA, name: 'Ada' }] });
    expect(
      (await preview({ rule: { fact: 'servces', op: 'gte', value: 1 } }).expect(400)).body.errors[0].path,
    ).toBe('rule.fact');
  });

  it('gives the audience that may be contacted, and nobody who did not agree', async () => {
    const audience = '?channel=email&kind=confirmation';
    expect(ids((await members(SEGMENT, audience).expect(200)).body)).toEqual([]);
    const agree = { channel: 'email', kind: 'confirmation', granted: true };
    await tenure.record('put', `/clients/${ADA}/communication-preferences`, agree);
    expect(ids((await members(SEGMENT, audience).expect(200)).body)).toEqual([ADA]);
    expect((await members(SEGMENT, '?channel=email').expect(400)).body.errors[0].path).toBe('kind');
  });

  it('narrows the directory', async () => {
    const { body } = await tenure.ask(`/clients?segment=${SEGMENT}`).expect(200);
    expect(body.items.map(({ clientId }: { clientId: string }) => clientId)).toEqual([ADA]);
  });

  it('narrows reports, and parts them', async () => {
    const report = async (query: string) =>
      (await tenure.ask(`/analytics/retention?${query}`, 'analyst').expect(200)).body.cohorts as {
        group?: string;
        cohort: string;
        size: number;
      }[];
    expect(await report(`segment=${SEGMENT}`)).toMatchObject([{ cohort: '2024-01', size: 1 }]);
    expect(await report(`segment=${SEGMENT}&asOf=2024-02-10T09:00:00Z`)).toEqual([]);
    const parts = await report('groupBy=segment');
    expect(parts.filter(({ group }) => group === SEGMENT)).toMatchObject([{ cohort: '2024-01', size: 1 }]);
    expect(parts.filter(({ group }) => group === 'tag:vip')).toMatchObject([{ cohort: '2024-01', size: 1 }]);
    await tenure
      .call('get', '/analytics/retention?segment=5e900000-0000-4000-8000-00000000dead', 'analyst')
      .expect(200)
      .expect(({ body }) => expect(body.cohorts).toEqual([]));
  });

  it('has the same members after the read model was built anew, and the comparison says so', async () => {
    const before = (await members(SEGMENT).expect(200)).body;
    const { body: begun } = await tenure
      .call('post', '/ops/projections/segment-membership/rebuild')
      .expect(202);
    await waitUntil('the new tables serve', async () => {
      const { body } = await tenure.ask('/ops/projections', 'admin').expect(200);
      const one = (body as { name: string; build: string; rebuild: unknown }[]).find(
        ({ name }) => name === 'segment-membership',
      );
      return one?.build === begun.build && one?.rebuild === null;
    });
    expect((await members(SEGMENT).expect(200)).body).toEqual(before);
  });

  it('says that its members are not all there while it is being applied', async () => {
    const LATER = '5e900000-0000-4000-8000-000000000002';
    const writer = new Client({ connectionString: tenure.databaseUrl });
    await writer.connect();
    const { rows } = await writer.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.view_table_usage WHERE view_name = 'segment_member'",
    );
    try {
      // Whoever reads may go on; whoever writes memberships waits.
      await writer.query(
        `BEGIN; LOCK TABLE projection.${escapeIdentifier(rows[0]?.name ?? '')} IN SHARE MODE`,
      );
      await tenure.record('post', '/segments', {
        ...{ segmentId: LATER, name: 'Served', rule: { fact: 'services', op: 'gte', value: 1 } },
      });
      const partial = await members(LATER).expect(200);
      expect({ filled: partial.headers['x-filled'], ids: ids(partial.body) }).toEqual({
        filled: '0',
        ids: [],
      });
      expect((await members(LATER).set('Accept', 'text/csv').expect(200)).headers['x-filled']).toBe('0');
      expect((await members(SEGMENT).expect(200)).headers).not.toHaveProperty('x-filled');
      const { body: projections } = await tenure.ask('/ops/projections', 'admin').expect(200);
      expect(projections.find(({ name }: { name: string }) => name === 'segment-membership').filling).toEqual(
        { table: 'segment_member', with: [LATER], share: 0 },
      );
      const out = new PassThrough();
      const session = { app: tenure.application, config: {}, runtime: { owner: false } };
      await runStatus(session as unknown as Session, out);
      expect(String(out.read())).toContain(`filling segment_member, 0 % done, with ${LATER}`);
    } finally {
      await writer.query('ROLLBACK');
      await writer.end();
    }
    await waitUntil('it is filled', async () => {
      const { headers, body } = await members(LATER).expect(200);
      return headers['x-filled'] === undefined && ids(body).includes(ADA);
    });
  });
});
