import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const PATH = '/policies/lapse';
const graded = { kind: 'graded', factor: 1.5, floorDays: 10, defaultDays: 100 };
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe('the lapse policy', () => {
  it('is the one that ships with Tenure until another is adopted', async () => {
    const { body, headers } = await tenure.call('get', PATH, 'analyst').expect(200);
    expect(body.inForce).toMatchObject({ version: 0, kind: 'graded', defaultDays: 90, factor: 2 });
    expect(body.versions).toEqual([body.inForce]);
    expect(headers.etag).toBeUndefined();
  });

  it('is adopted by an admin, and by nobody else', async () => {
    for (const role of ['staff', 'analyst', 'auditor'] as const)
      await tenure.call('put', PATH, role).send({ kind: 'fixed', windowDays: 45 }).expect(403);
  });

  it('is refused with the path to every fault', async () => {
    const errorsOf = async (body: object) =>
      (await tenure.call('put', PATH).send(body).expect(400)).body.errors.map(
        ({ path }: { path: string }) => path,
      );
    expect(await errorsOf({ kind: 'fixed', windowDays: 0 })).toEqual(['windowDays']);
    expect(await errorsOf({ kind: 'fixed', windowDays: 45, factor: 2 })).toEqual(['factor']);
    expect(await errorsOf({ ...graded, factor: 11, defaultDays: 1.5 })).toEqual(['factor', 'defaultDays']);
    expect(await errorsOf({ ...graded, factor: 0.5 })).toEqual(['factor']);
    expect(await errorsOf({ ...graded, tradeDays: { salon: 5 } })).toEqual(['tradeDays.salon']);
    expect(await errorsOf({ ...graded, tradeDays: { salon: 'weekly' } })).toEqual(['tradeDays']);
    expect(await errorsOf({ kind: 'loose' })).toEqual(['kind']);
    expect(await errorsOf({ ...graded, days: 3 })).toEqual(['days']);
  });

  it('governs from its adoption on, with its author and its reason on record; lapses on record stay', async () => {
    const lapsesOf = async (clientId: string) =>
      (await tenure.ask(`/clients/${clientId}/history?kind=ClientLapsed`).expect(200)).body.items.map(
        ({ data }: { data: object }) => data,
      );
    const client = async (quietFor: number) => {
      const { clientId } = await tenure.record('post', '/clients', { occurredAt: daysAgo(400) });
      await tenure.record('post', `/clients/${clientId}/services`, { occurredAt: daysAgo(quietFor) });
      return clientId;
    };
    const before = await client(95);
    const { body: first, headers } = await tenure
      .call('put', PATH)
      .send({ kind: 'fixed', windowDays: 200, reason: 'a slow year' })
      .expect(200);
    expect(first).toMatchObject({ version: 1, revision: 0, events: [{ type: 'LapsePolicyAdopted' }] });
    expect(headers.etag).toBe('"0"');
    expect(await lapsesOf(await client(95))).toEqual([]);
    expect(await lapsesOf(await client(250))).toMatchObject([
      { windowDays: 200, basis: 'fixed', policyVersion: 1 },
    ]);
    expect(await lapsesOf(before)).toMatchObject([{ windowDays: 90, basis: 'default', policyVersion: 0 }]);

    await tenure.call('put', PATH).send(graded).expect(200);
    const { body } = await tenure.call('get', PATH, 'staff').expect(200);
    expect(body.inForce).toMatchObject({ ...graded, version: 2, ownCadence: true, tradeDays: {} });
    expect(body.versions.map(({ version }: { version: number }) => version)).toEqual([2, 1, 0]);
    expect(body.versions[1]).toMatchObject({ reason: 'a slow year', adoptedBy: { role: 'admin' } });
    expect(Date.parse(body.versions[1].adoptedAt as string)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('adopted twice is adopted once', async () => {
    const terms = { kind: 'fixed', windowDays: 77 };
    const send = (body: object) => tenure.call('put', PATH).set('Idempotency-Key', 'p-1').send(body);
    const { body: first } = await send(terms).expect(200);
    expect((await send(terms).expect(200)).body).toEqual(first);
    await send({ ...terms, windowDays: 78 }).expect(422);
    const { body: again } = await tenure
      .call('put', PATH)
      .send({ ...terms, reason: 'once more' })
      .expect(200);
    expect(again).toMatchObject({ version: first.version, events: [] });
    await tenure.call('put', PATH).set('If-Match', '"0"').send(graded).expect(412);
  });

  it('has a position in the log that read models come to', async () => {
    const { body } = await tenure
      .call('put', PATH)
      .send({ ...graded, factor: 3 })
      .expect(200);
    await tenure.call('get', '/clients', 'staff').set('X-Await-Position', body.position).expect(200);
  });
});
