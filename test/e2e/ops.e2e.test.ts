import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
  await tenure.record('post', '/clients', { name: 'Ada Lovelace', occurredAt: '2024-01-01T09:00:00Z' });
  await tenure.ask('/clients').expect(200);
});
afterAll(() => tenure.close());

interface Standing {
  name: string;
  build: string;
  serving: boolean;
  state: string;
  stalled: boolean;
  applied: number;
  parked: number;
  lag: { events: number } | null;
  rebuild: { build: string } | null;
}
const standing = async (name: string): Promise<Standing | undefined> => {
  const { body } = await tenure.call('get', '/ops/projections').expect(200);
  return (body as Standing[]).find((one) => one.name === name);
};

describe('GET /ops/projections', () => {
  it('says how every projection stands', async () => {
    expect(await standing('client-history')).toMatchObject({
      ...{ serving: true, state: 'running', stalled: false, applied: 1, parked: 0, failure: null },
      ...{ lag: { events: 0, orMore: false, seconds: 0 }, rebuild: null, progress: null, filling: null },
    });
  });

  it('is for admins and auditors', async () => {
    await tenure.call('get', '/ops/projections', 'auditor').expect(200);
    await tenure.call('get', '/ops/projections', 'staff').expect(403);
    await tenure.call('post', '/ops/projections/client-history/rebuild', 'auditor').expect(403);
  });
});

describe('a rebuild', () => {
  it('is begun, and serves as soon as it has caught up', async () => {
    const { body } = await tenure.call('post', '/ops/projections/client-history/rebuild').expect(202);
    expect(body).toEqual({ name: 'client-history', build: expect.stringMatching(/_g2$/) });
    await waitUntil('it serves', async () => (await standing('client-history'))?.build === body.build);
    const { body: page } = await tenure.call('get', '/clients', 'staff').expect(200);
    expect(page.items).toMatchObject([{ name: 'Ada Lovelace' }]);
  });

  it('of an unknown projection is 404, with the name that was meant', async () => {
    const { body } = await tenure.call('post', '/ops/projections/client-histori/rebuild').expect(404);
    expect(body.detail).toContain('did you mean client-history?');
  });
});

describe('ending a pause', () => {
  it.each(['park', 'resume'])('by %s is refused where there is none', async (how) => {
    const { body } = await tenure.call('post', `/ops/projections/client-history/${how}`).expect(409);
    expect(body).toMatchObject({ detail: 'projection client-history is not paused', state: 'running' });
  });
});

describe('GET /metrics', () => {
  it('speaks Prometheus, of projections and never of clients', async () => {
    const { text, headers } = await tenure.fetch('/metrics', 'auditor').expect(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(/^tenure_projection_lag_events\{projection="client-history"\} 0$/m);
    expect(text).toMatch(/^tenure_projection_paused\{projection="cohort-retention"\} 0$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    expect(text).not.toContain('Ada');
  });

  it('needs a token', async () => {
    await tenure.fetch('/metrics', 'analyst').expect(403);
  });
});
