import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const post = (path: string, body: object) => tenure.call('post', path, 'staff').send(body);

async function converted(): Promise<string> {
  const { clientId } = await tenure.record('post', '/clients', { occurredAt: '2024-01-01T09:00:00Z' });
  return `/clients/${clientId}`;
}

const historyOf = async (client: string) =>
  (await tenure.ask(`${client}/history`).expect(200)).body.items as {
    kind: string;
    category: string;
    data: object;
  }[];

describe('contact with a client', () => {
  it('is recorded in both directions, and stands in the history', async () => {
    const client = await converted();
    const subject = 'Your visit on Tuesday';
    const sent = { direction: 'sent', channel: 'email', kind: 'confirmation', subject, bookingId: uuidv4() };
    const { events } = await tenure.record('post', `${client}/communications`, sent);
    expect(events).toMatchObject([{ type: 'CommunicationSent' }]);
    const received = { direction: 'received', channel: 'phone', kind: 'support', technician: 'Marie' };
    await tenure.record('post', `${client}/communications`, received);
    const [latest, first] = await historyOf(client);
    const { direction: _sent, ...said } = sent;
    expect(first).toMatchObject({ kind: 'CommunicationSent', category: 'contact', data: said });
    expect(latest).toMatchObject({
      kind: 'CommunicationReceived',
      data: { channel: 'phone', kind: 'support', technician: 'Marie' },
    });
  });

  it('sent again under the same idempotency key is recorded once', async () => {
    const client = await converted();
    const sms = { direction: 'sent', channel: 'sms', kind: 'reminder' };
    const send = () => post(`${client}/communications`, sms).set('Idempotency-Key', 'sms-1').expect(201);
    expect((await send()).body).toEqual((await send()).body);
  });
});

describe('an attempt to win a client back', () => {
  it('is what the return names that follows it', async () => {
    const client = await converted();
    await tenure.record('post', `${client}/services`, { occurredAt: '2024-01-02T09:00:00Z' });
    const attemptId = uuidv4();
    const attempt = { attemptId, channel: 'post', offer: 'a free gutter check', campaign: 'autumn' };
    const on = { occurredAt: '2025-09-01T09:00:00Z' };
    await tenure.record('post', `${client}/reactivation-attempts`, { ...attempt, ...on });
    await tenure.record('post', `${client}/services`, { occurredAt: '2025-09-20T09:00:00Z' });
    const entries = await historyOf(client);
    const find = (wanted: string) => entries.find(({ kind }) => kind === wanted);
    expect(find('ReactivationAttempted')?.data).toEqual(attempt);
    expect(find('ClientReactivated')?.data).toMatchObject({ attemptId });
    const again = await post(`${client}/reactivation-attempts`, { ...attempt, ...on }).expect(409);
    expect(again.body).toMatchObject({ state: 'attempted', rule: 'attempt-once' });
  });
});

describe('feedback', () => {
  it('is recorded with the service it is about', async () => {
    const client = await converted();
    const feedback = { feedbackId: uuidv4(), instrument: 'nps', score: 10, serviceId: uuidv4() };
    await tenure.record('post', `${client}/feedback`, { ...feedback, comment: 'lovely' });
    expect((await historyOf(client))[0]).toMatchObject({ kind: 'FeedbackReceived', data: feedback });
    const { body } = await post(`${client}/feedback`, feedback).expect(409);
    expect(body.rule).toBe('feedback-once');
  });
});

describe('a bad request', () => {
  it.each([
    ['communications', { channel: 'email', kind: 'support' }, 'direction'],
    ['communications', { direction: 'both', channel: 'email', kind: 'support' }, 'direction'],
    ['communications', { direction: 'sent', channel: 'pigeon', kind: 'support' }, 'channel'],
    ['communications', { direction: 'sent', channel: 'email', kind: 'gossip' }, 'kind'],
    [
      'communications',
      { direction: 'sent', channel: 'email', kind: 'support', serviceId: 'J-1' },
      'serviceId',
    ],
    ['reactivation-attempts', {}, 'channel'],
    ['reactivation-attempts', { channel: 'sms', attemptId: '17' }, 'attemptId'],
    ['reactivation-attempts', { channel: 'sms', offer: ' ' }, 'offer'],
    ['feedback', { instrument: 'csat' }, 'score'],
    ['feedback', { instrument: 'csat', score: 0 }, 'score'],
    ['feedback', { instrument: 'stars', score: 6 }, 'score'],
    ['feedback', { instrument: 'nps', score: 11 }, 'score'],
    ['feedback', { instrument: 'nps', score: 8.5 }, 'score'],
    ['feedback', { instrument: 'thumbs', score: 1 }, 'instrument'],
    ['feedback', { instrument: 'csat', score: 4, occurredAt: 'yesterday' }, 'occurredAt'],
  ])('to %s with %j is told that %s is wrong', async (path, body, fault) => {
    const { body: problem } = await post(`${await converted()}/${path}`, body).expect(400);
    expect(problem.errors.map(({ path: at }: { path: string }) => at)).toContain(fault);
  });

  it.each([
    ['communications', { direction: 'sent', channel: 'sms', kind: 'reminder' }],
    ['reactivation-attempts', { channel: 'sms' }],
    ['feedback', { instrument: 'nps', score: 7 }],
  ])('to %s of a client that nobody knows is 404, and of an analyst 403', async (path, body) => {
    await post(`/clients/${uuidv4()}/${path}`, body).expect(404);
    await tenure
      .call('post', `${await converted()}/${path}`, 'analyst')
      .send(body)
      .expect(403);
  });
});
