import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanersStory } from '../../../src/demo/stories/cleaner.story.js';
import { Storyteller } from '../../support/storyteller.js';

describe('The cleaner', () => {
  let story: Storyteller;
  beforeAll(async () => {
    story = await Storyteller.begin(cleanersStory, '2026-06-01T12:00:00.000Z');
  });
  afterAll(() => story.end());

  it('knows before the first visit how the client wants it done, but keeps to itself how to get in', async () => {
    await story.until(119);
    const card = await story.sees<{ brief: string[] }>(story.client);
    expect(card).toMatchObject({
      technicians: { preferred: ['Rosa'] },
      properties: [{ label: 'home', instructions: 'Shoes off, and the cat stays in the study' }],
      nextDue: { basis: 'plan' },
    });
    expect(card.brief[1]).toContain('How to get in is in the access note');
    expect(JSON.stringify(card)).not.toContain('4711');
    const site = story.cast.id('home');
    expect(await story.sees(`${story.client}/properties/${site}/access-note`)).toMatchObject({
      note: 'Key safe by the back door, 4711',
    });
    await story.until(119);
    expect(await story.list(`${story.client}/history?kind=AccessNoteViewed`)).toHaveLength(1);
  });

  it('has a complaint at hand as soon as it comes, and whoever goes there next is told', async () => {
    await story.until(75);
    const { brief } = await story.sees<{ brief: string[] }>(story.client);
    expect(brief[3]).toMatch(/complaint open since .*quality.*wants Rosa; does not want Tim/);
    expect(await story.list('/complaints')).toMatchObject([{ name: 'Ines Okafor', category: 'quality' }]);
    const risks = (await story.list('/opportunities?kind=at_risk')).map(({ why }) => why);
    expect(risks).toEqual(expect.arrayContaining(['a complaint is open', 'last gave 2 of 5 stars']));
  });

  it('puts it right, and has the complaint and what became of it on record', async () => {
    await story.until(46);
    expect(await story.list('/complaints')).toEqual([]);
    expect(await story.list('/complaints?state=resolved')).toMatchObject([{ remedy: 'done again by Rosa' }]);
    const { lastRating, flags } = await story.sees<{ lastRating: object; flags: object }>(story.client);
    expect(lastRating).toMatchObject({ instrument: 'nps', score: 9 });
    expect(flags).toMatchObject({ openComplaints: 0, atRisk: [] });
    expect(await story.list(`${story.client}/history?kind=CommunicationSent`)).toMatchObject([
      { data: { kind: 'review_request' } },
    ]);
  });

  it('calls when the usual two weeks are over, since the client no longer has a plan', async () => {
    await story.until(6);
    expect(await story.list('/opportunities?kind=due_for_service,plan_candidate')).toMatchObject([
      { kind: 'due_for_service', figures: { basis: 'own_cadence' }, since: story.cast.at(6) },
      { kind: 'plan_candidate', why: '8 visits, usually 14 days apart, and no plan' },
    ]);
    await story.until(0);
    const { brief } = await story.sees<{ brief: string[] }>(story.client);
    expect(brief[4]).toMatch(/^Next service was due on .* \(by habit\)/);
  });
});
