import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

const DAY = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start({ TENURE_CLOCK_SECONDS: '1' });
});
afterAll(() => tenure.close());

/** A client last serviced so long ago, that nobody tells us anything of any more. */
async function quietSince(ms: number): Promise<string> {
  const { clientId } = await tenure.record('post', '/clients', { occurredAt: ago(ms) });
  await tenure.record('post', `/clients/${clientId}/services`, { occurredAt: ago(ms) });
  return clientId;
}

const card = async (clientId: string) => (await tenure.ask(`/clients/${clientId}`).expect(200)).body;

describe('the lapse clock', () => {
  it('lapses a client when its window runs out, dated at that very instant, and only once', async () => {
    const clientId = await quietSince(90 * DAY - 2_000);
    const { state, lastServicedAt } = await card(clientId);
    expect(state).toBe('active');
    const lapsed = await waitUntil('the clock has lapsed the client', async () => {
      const now = await card(clientId);
      return now.state === 'lapsed' && now;
    });
    expect(Date.parse(lapsed.lapsedSince as string)).toBe(Date.parse(lastServicedAt as string) + 90 * DAY);

    // Sweeps go on: another client that lapses later shows that at least one more has been.
    const other = await quietSince(90 * DAY - 1_000);
    await waitUntil('the clock has lapsed the other', async () => (await card(other)).state === 'lapsed');
    const { body } = await tenure.ask(`/clients/${clientId}/history?kind=ClientLapsed`).expect(200);
    expect(body.items).toMatchObject([
      { source: 'clock', actor: { id: 'clock' }, occurredAt: lapsed.lapsedSince },
    ]);
  });

  it('leaves alone who has a day left, and who was never serviced', async () => {
    const active = await quietSince(89 * DAY);
    const { clientId: fresh } = await tenure.record('post', '/clients', { occurredAt: ago(400 * DAY) });
    const due = await quietSince(90 * DAY - 1_000);
    await waitUntil('the clock has swept', async () => (await card(due)).state === 'lapsed');
    expect([(await card(active)).state, (await card(fresh)).state]).toEqual(['active', 'new']);
  });
});
