import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';

const uuid = (n: number) => `ac000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [ADA, BEN, SITE, BARE] = [uuid(1), uuid(2), uuid(3), uuid(4)];
const NOTE = 'the key lies under the gnome';

let tenure: Tenure;

beforeAll(async () => {
  tenure = await Tenure.start();
  for (const clientId of [ADA, BEN]) await tenure.record('post', '/clients', { clientId, name: 'Somebody' });
  for (const propertyId of [SITE, BARE])
    await tenure.record('post', `/clients/${ADA}/properties`, { propertyId });
  const note = `/clients/${ADA}/properties/${SITE}/access-note`;
  await tenure.record('put', note, { note: 'ring' });
  await tenure.record('put', note, { note: NOTE });
});
afterAll(() => tenure.close());

const ask = (clientId: string, site = SITE, role: 'staff' | 'admin' | 'analyst' | 'auditor' = 'staff') =>
  tenure.call('get', `/clients/${clientId}/properties/${site}/access-note`, role);
async function looks(clientId = ADA): Promise<{ summary: string; data: object; actor: { role: string } }[]> {
  const { body } = await tenure.ask(`/clients/${clientId}/history?kind=AccessNoteViewed`).expect(200);
  return body.items;
}

describe('how to get into a site', () => {
  it('is shown to staff and admins as it was last written down, and each look is recorded', async () => {
    const { body } = await ask(ADA).set('Idempotency-Key', 'one').expect(200);
    expect(body).toEqual({ note: NOTE, recordedAt: expect.stringMatching(/Z$/) });
    // Whatever the key: the second look is another one.
    await ask(ADA, SITE, 'admin').set('Idempotency-Key', 'one').expect(200);
    await tenure.record('post', `/clients/${ADA}/notes`, { text: 'waits for the looks' });
    expect(await looks()).toMatchObject([
      { summary: 'How to get in was looked up', data: { propertyId: SITE }, actor: { role: 'admin' } },
      { summary: 'How to get in was looked up', data: { propertyId: SITE }, actor: { role: 'staff' } },
    ]);
  });

  it('is shown neither on the card, nor in the history, nor to anybody else', async () => {
    for (const path of ['', '/history'])
      expect(JSON.stringify((await tenure.ask(`/clients/${ADA}${path}`).expect(200)).body)).not.toContain(
        NOTE,
      );
    await ask(ADA, SITE, 'analyst').expect(403);
    await ask(ADA, SITE, 'auditor').expect(403);
    expect(await looks()).toHaveLength(2);
  });

  it('is not to be had where there is none', async () => {
    await ask(ADA, BARE).expect(404);
    await ask(ADA, uuid(9)).expect(404);
    await ask(uuid(9)).expect(404);
    await ask(ADA, 'cottage').expect(400);
  });

  it('passes to the client that the one it was recorded of is merged into', async () => {
    await tenure.record('post', `/clients/${ADA}/merge`, { survivorId: BEN });
    const { headers } = await ask(ADA).redirects(0).expect(307);
    expect(headers.location).toBe(`/api/v1/clients/${BEN}/properties/${SITE}/access-note`);
    expect((await ask(BEN).expect(200)).body.note).toBe(NOTE);
    await tenure.record('post', `/clients/${BEN}/notes`, { text: 'waits for the look' });
    expect(await looks(BEN)).toHaveLength(3);
  });

  it('is gone when the client is forgotten, and then no look is recorded', async () => {
    await tenure.call('post', `/clients/${BEN}/erasure`).send({}).expect(200);
    await ask(BEN).expect(404);
  });
});
