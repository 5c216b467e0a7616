import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

const SEGMENT = '5e900000-0000-4000-8000-000000000001';
const CLIENTS = [
  'silent',
  'agreed',
  'agreed to all',
  'withdrew',
  'agreed again',
  'refused all later',
  'agreed to another purpose',
  'agreed on another channel',
  'closed',
  'reopened',
  'merged',
  'erased',
] as const;
type Name = (typeof CLIENTS)[number];
const idOf = (name: Name) => `c1000000-0000-4000-8000-${String(CLIENTS.indexOf(name)).padStart(12, '0')}`;
const nameOf = (id: string) => CLIENTS.find((name) => idOf(name) === id);

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
  for (const name of CLIENTS)
    await tenure.record('post', '/clients', {
      ...{ clientId: idOf(name), name, occurredAt: '2024-01-01T09:00:00Z', trade: 'plumbing' },
    });
  const say = (name: Name, granted: boolean, kind = 'rebooking', channel = 'email') =>
    tenure.record('put', `/clients/${idOf(name)}/communication-preferences`, { channel, kind, granted });
  await say('agreed', true);
  await say('agreed to all', true, 'any');
  await say('withdrew', true);
  await say('withdrew', false);
  await say('agreed again', false, 'any');
  await say('agreed again', true);
  await say('refused all later', true);
  await say('refused all later', false, 'any');
  await say('agreed to another purpose', true, 'reminder');
  await say('agreed on another channel', true, 'rebooking', 'sms');
  for (const name of ['closed', 'reopened', 'merged', 'erased'] as const) await say(name, true);
  const post = (name: Name, path: string, body: object) =>
    tenure.record('post', `/clients/${idOf(name)}/${path}`, body);
  await post('closed', 'closure', { reason: 'price' });
  await post('reopened', 'closure', { reason: 'price' });
  await post('reopened', 'reopening', {});
  await post('merged', 'merge', { survivorId: idOf('silent'), reason: 'same person' });
  await tenure
    .call('post', `/clients/${idOf('erased')}/erasure`)
    .send({ basis: 'request of 2026-03-01' })
    .expect(200);
  const rule = { fact: 'services', op: 'gte', value: 0 };
  await tenure.record('post', '/segments', { segmentId: SEGMENT, name: 'Everybody', rule });
  await waitUntil('it is filled', async () => {
    const { body } = await tenure.ask(`/segments/${SEGMENT}`);
    return body.filled === undefined && body.size > 0;
  });
});
afterAll(() => tenure.close());

const audience = async (query: string, role: 'staff' | 'analyst' = 'staff') => {
  const { body } = await tenure.ask(`/segments/${SEGMENT}/members${query}`, role).expect(200);
  return (body.items as { clientId: string; name?: string }[])
    .map(({ clientId, name }) => ({ name: nameOf(clientId), told: name !== undefined }))
    .sort((a, b) => String(a.name).localeCompare(String(b.name)));
};

describe('the audience of a segment', () => {
  it('is whoever may be contacted: the last word on the purpose, or on all, is a yes', async () => {
    const there = (await audience('?channel=email&kind=rebooking')).map(({ name }) => name);
    expect(there).toEqual(['agreed', 'agreed again', 'agreed to all', 'reopened']);
  });

  it('is another one for another purpose or channel', async () => {
    const names = async (query: string) => (await audience(query)).map(({ name }) => name);
    expect(await names('?channel=email&kind=reminder')).toEqual([
      'agreed to all',
      'agreed to another purpose',
    ]);
    expect(await names('?channel=sms&kind=rebooking')).toEqual(['agreed on another channel']);
    expect(await names('?channel=post&kind=rebooking')).toEqual([]);
  });

  it('has no names for an analyst, and is counted all the same', async () => {
    const told = await audience('?channel=email&kind=rebooking', 'analyst');
    expect(told.map(({ told: one }) => one)).toEqual([false, false, false, false]);
  });
});
