import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const post = (client: string, path: string, body: object = {}) =>
  tenure.call('post', `/clients/${client}/${path}`, 'staff').send(body);

/** A client of the plumber's, whose window is long enough for these tests. */
async function client(convertedAt: string, ...services: string[]): Promise<string> {
  const { clientId } = await tenure.record('post', '/clients', {
    occurredAt: convertedAt,
    trade: 'plumbing',
  });
  for (const occurredAt of services)
    await tenure.record('post', `/clients/${clientId}/services`, { occurredAt });
  return clientId;
}
const card = async (clientId: string) => (await tenure.ask(`/clients/${clientId}`).expect(200)).body;

describe('closing', () => {
  it('ends the relationship: no service until it is reopened, complaints all the same', async () => {
    const id = await client('2026-01-05T09:00:00Z');
    await tenure.record('post', `/clients/${id}/closure`, { reason: 'moved_away' });
    expect((await post(id, 'closure', { reason: 'price' }).expect(200)).body.events).toEqual([]);
    const { body } = await post(id, 'services').expect(409);
    expect(body).toMatchObject({ state: 'closed', rule: 'reopen-first' });
    await post(id, 'complaints', {}).expect(201);
    expect(await card(id)).toMatchObject({ state: 'closed' });
    await tenure.record('post', `/clients/${id}/reopening`, {});
    await tenure.record('post', `/clients/${id}/services`, {});
    await post(id, 'reopening').expect(409);
    expect(await card(id)).toMatchObject({ state: 'active' });
  });

  it('needs a reason of those there are', async () => {
    const id = await client('2026-01-05T09:00:00Z');
    const { body } = await post(id, 'closure', { reason: 'bored' }).expect(400);
    expect(body.errors).toMatchObject([{ path: 'reason' }]);
  });
});

describe('a merge', () => {
  it('pools the lives: the earlier conversion, all services; the other client names its survivor from then on', async () => {
    const ada = await client('2026-02-10T12:00:00Z', '2026-02-10T12:00:00Z');
    const ben = await client('2026-01-05T12:00:00Z', '2026-01-06T12:00:00Z', '2026-03-06T12:00:00Z');
    const { body } = await post(ben, 'merge', { survivorId: ada, reason: 'same telephone' }).expect(200);
    expect(body).toMatchObject({ clientId: ben, survivorId: ada, events: [{ type: 'ClientMergedInto' }] });
    const merged = await tenure
      .call('get', `/clients/${ada}`, 'staff')
      .set('X-Await-Position', body.position as string)
      .expect(200);
    expect(merged.body).toMatchObject({ services: 3, convertedAt: '2026-01-05T12:00:00.000Z' });
    const late = await post(ben, 'services').expect(409);
    expect(late.body).toMatchObject({ state: 'merged', detail: expect.stringContaining(ada) });
    expect((await post(ben, 'merge', { survivorId: ada }).expect(200)).body.events).toEqual([]);
  });

  it('into itself, into nobody, or into one that is merged, is refused', async () => {
    const [ada, ben, cleo] = [
      await client('2026-02-10T12:00:00Z'),
      await client('2026-02-11T12:00:00Z'),
      await client('2026-02-12T12:00:00Z'),
    ];
    await post(ada, 'merge', { survivorId: ada }).expect(400);
    await post(ada, 'merge', { survivorId: uuidv4() }).expect(400);
    await post(ada, 'merge', { survivorId: ben }).expect(200);
    expect((await post(cleo, 'merge', { survivorId: ada }).expect(409)).body.detail).toContain(ben);
    expect((await post(ben, 'merge', { survivorId: ada }).expect(409)).body.rule).toBe(
      'merge-into-what-lives',
    );
    expect((await post(ada, 'merge', { survivorId: cleo }).expect(409)).body.rule).toBe('merge-once');
  });

  it('of two into each other at once leaves no circle, and nobody sealed for ever', async () => {
    for (let round = 0; round < 5; round++) {
      const [ada, ben] = [await client('2026-02-10T12:00:00Z'), await client('2026-02-11T12:00:00Z')];
      const answers = await Promise.all([
        post(ada, 'merge', { survivorId: ben }),
        post(ben, 'merge', { survivorId: ada }),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      expect([
        [200, 409],
        [409, 409],
      ]).toContainEqual(statuses);
      const open = [await post(ada, 'notes', { text: 'x' }), await post(ben, 'notes', { text: 'x' })];
      expect(open.filter(({ status }) => status === 201)).toHaveLength(statuses[0] === 200 ? 1 : 2);
    }
  });
});

describe('undoing a merge', () => {
  it('restores both, with what was recorded meanwhile where the caller says', async () => {
    const ada = await client('2026-02-10T12:00:00Z', '2026-02-10T12:00:00Z');
    const ben = await client('2026-01-05T12:00:00Z', '2026-01-06T12:00:00Z');
    await tenure.record('post', `/clients/${ben}/merge`, { survivorId: ada });
    const [hers, his] = [uuidv4(), uuidv4()];
    for (const serviceId of [hers, his]) {
      await tenure.record('post', `/clients/${ada}/services`, {
        serviceId,
        occurredAt: '2026-04-01T12:00:00Z',
      });
    }
    const complaintId = uuidv4();
    await tenure.record('post', `/clients/${ada}/complaints`, { complaintId });
    const stranger = await post(ben, 'unmerge', { assigned: [uuidv4()] }).expect(400);
    expect(stranger.body.errors).toMatchObject([{ path: 'assigned' }]);

    const key = uuidv4();
    const undo = () => post(ben, 'unmerge', { assigned: [his, complaintId] }).set('Idempotency-Key', key);
    const first = await undo().expect(200);
    expect((await undo().expect(200)).body).toEqual(first.body);
    await tenure.record('post', `/clients/${ben}/complaints/${complaintId}/resolution`, {});
    await post(ada, `complaints/${complaintId}/resolution`).expect(404);
    expect(await card(ada)).toMatchObject({ services: 2, convertedAt: '2026-02-10T12:00:00.000Z' });
    expect(await card(ben)).toMatchObject({ services: 2, state: 'active' });
    expect((await post(ben, 'unmerge').expect(409)).body.rule).toBe('unmerge-merged');
  });

  it('of a chain leaves what was merged before', async () => {
    const [ada, ben, cleo] = [
      await client('2026-02-10T12:00:00Z', '2026-02-10T12:00:00Z'),
      await client('2026-02-11T12:00:00Z', '2026-02-11T12:00:00Z'),
      await client('2026-02-12T12:00:00Z', '2026-02-12T12:00:00Z'),
    ];
    await tenure.record('post', `/clients/${ben}/merge`, { survivorId: ada });
    await tenure.record('post', `/clients/${ada}/merge`, { survivorId: cleo });
    expect(await card(cleo)).toMatchObject({ services: 3 });
    expect((await post(ben, 'unmerge').expect(409)).body.state).toBe('merged');
    await tenure.record('post', `/clients/${ada}/unmerge`, {});
    expect(await card(ada)).toMatchObject({ services: 2 });
    await tenure.record('post', `/clients/${ben}/unmerge`, {});
    expect(await card(ada)).toMatchObject({ services: 1 });
    expect(await card(ben)).toMatchObject({ services: 1 });
    expect(await card(cleo)).toMatchObject({ services: 1 });
  });
});
