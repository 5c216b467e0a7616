import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { electriciansStory } from '../../../src/demo/stories/electrician.story.js';
import { Storyteller } from '../../support/storyteller.js';

describe('The electrician', () => {
  let story: Storyteller;
  beforeAll(async () => {
    story = await Storyteller.begin(electriciansStory, '2026-06-01T12:00:00.000Z');
    await story.until(0);
  });
  afterAll(() => story.end());

  it('knows a commercial account by whom to call there, and by what its site demands', async () => {
    const { brief, ...card } = await story.sees<{ brief: string[] }>(story.client);
    expect(card).toMatchObject({ clientType: 'commercial', owner: 'Henrik', tags: ['key-account'] });
    expect(brief[0]).toContain('Brightside Offices Ltd, commercial electrical client');
    expect(brief[1]).toContain('Sign in at reception; isolate board B first; arc-flash protection');
    expect(brief[1]).toContain('Call Lena Fuchs (facility manager), +1 555 0133');
  });

  it('has the past jobs, and the money they brought', async () => {
    const jobs = await story.list(`${story.client}/history?kind=ClientServiced&order=asc`);
    expect(jobs.map(({ data }) => (data as { serviceType: string }).serviceType)).toEqual([
      ...['rewiring', 'panel upgrade', 'inspection'],
    ]);
    const { lifetime } = await story.sees<{ lifetime: object[] }>(story.client);
    expect(lifetime).toEqual([{ currency: 'CAD', amountMinor: 1_314_000 }]);
    expect(await story.list('/invoices')).toEqual([]);
  });

  it('sees that a warranty is about to end', async () => {
    expect(await story.list(`/expirations?kind=warranty&to=${story.cast.at(-30)}`)).toMatchObject([
      { what: 'switchboard Hager', clientId: story.client.slice('/clients/'.length), owner: 'Henrik' },
    ]);
  });

  it('has the work to come: what was recommended, and the visit to talk about it', async () => {
    const { brief, recommendations } = await story.sees<{ brief: string[]; recommendations: object[] }>(
      story.client,
    );
    expect(recommendations).toMatchObject([{ serviceType: 'charging points', amountMinor: 1_200_000 }]);
    expect(brief[4]).toMatch(/^Booked for .*: survey/);
    expect(await story.list('/bookings?technician=Grace')).toMatchObject([{ serviceType: 'survey' }]);
  });
});
