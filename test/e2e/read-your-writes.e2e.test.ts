import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { describeApi } from '../../src/http/openapi.js';
import { Tenure } from '../support/tenure.js';

const ADA = 'c1000000-0000-4000-8000-000000000001';
/** What is not answered from read models, and so is true of now. */
const OTHERS = /^\/(health|metrics)|^\/api\/v1\/(api-keys|imports|ops|policies|audit)\b/;
const ONE_OF_EACH: Record<string, string> = { clientId: ADA, id: 'state:active' };

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
  await tenure.record('post', '/clients', { clientId: ADA, occurredAt: '2024-01-01T09:00:00Z' });
});
afterAll(() => tenure.close());

describe('an answer from a read model', () => {
  it('says at which position of the log it is true, whatever is asked', async () => {
    const paths = Object.entries(describeApi(tenure.application).paths)
      .filter(([path, methods]) => methods.get && !OTHERS.test(path))
      .map(([path]) => path.replace(/\{(\w+)\}/g, (_, name: string) => ONE_OF_EACH[name] ?? ADA));
    const silent: string[] = [];
    let answered = 0;
    for (const path of paths) {
      const answer = await tenure.ask(path.replace('/api/v1', ''), 'admin');
      // Some need parameters; they are asked in tests of their own.
      if (answer.status !== 200) continue;
      answered++;
      if (!/^\d+$/.test(String(answer.headers['x-position']))) silent.push(path);
    }
    expect(silent).toEqual([]);
    expect(answered).toBeGreaterThan(5);
  });

  it('holds what its caller has just recorded, also when 64 record at once', async () => {
    const write = async () => {
      const clientId = randomUUID();
      for (const [path, body] of [
        ['/clients', { clientId, name: 'Grace Hopper' }],
        [`/clients/${clientId}/services`, { serviceType: 'repair' }],
        [`/clients/${clientId}/notes`, { text: 'mind the dog' }],
      ] as const) {
        const recorded = await tenure.call('post', path, 'staff').send(body).expect(201);
        const { position, events } = recorded.body as { position: string; events: { id: string }[] };
        const history = await tenure
          .call('get', `/clients/${clientId}/history?limit=200`, 'staff')
          .set({ 'X-Await-Position': position, 'X-Await-Timeout': '5000' })
          .expect(200);
        const seen = (history.body.items as { eventId: string }[]).map(({ eventId }) => eventId);
        expect(seen).toEqual(expect.arrayContaining(events.map(({ id }) => id)));
        expect(BigInt(history.headers['x-position'] as string)).toBeGreaterThanOrEqual(BigInt(position));
      }
    };
    await Promise.all(Array.from({ length: 64 }, write));
  }, 60_000);
});
