import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hvacStory } from '../../../src/demo/stories/hvac.story.js';
import { Storyteller } from '../../support/storyteller.js';

describe('The heating engineer', () => {
  let story: Storyteller;
  beforeAll(async () => {
    story = await Storyteller.begin(hvacStory, '2026-06-01T12:00:00.000Z');
  });
  afterAll(() => story.end());

  it('looks at the installation again when it said it would', async () => {
    await story.until(366);
    expect(await story.list('/follow-ups?overdue=true')).toEqual([]);
    await story.until(365);
    expect(await story.list('/follow-ups?overdue=true')).toMatchObject([{ topic: 'installation_check' }]);
  });

  it('would be reminded by the season, as long as nothing else says when to come', async () => {
    const { nextDue } = await story.sees<{ nextDue: object }>(story.client);
    expect(nextDue).toEqual({ at: story.cast.at(30), basis: 'season' });
  });

  it('goes by the service plan once there is one', async () => {
    await story.until(364);
    const { nextDue, followUps } = await story.sees<{ nextDue: object; followUps: object[] }>(story.client);
    expect(nextDue).toEqual({ at: story.cast.at(364 - 182), basis: 'plan' });
    expect(followUps).toEqual([]);
    await story.until(190);
    expect(await story.list('/opportunities?kind=due_for_service')).toEqual([]);
  });

  it('sees when maintenance is due, what the machine is, and that the plan runs out', async () => {
    await story.until(0);
    expect(await story.list('/opportunities?kind=due_for_service&trade=hvac')).toMatchObject([
      { name: 'Nadia Haddad', why: 'the next service was due 8 days ago, by plan; none is booked' },
    ]);
    expect(await story.list('/expirations?kind=plan&to=' + story.cast.at(-14))).toMatchObject([
      { what: 'half-yearly maintenance', name: 'Nadia Haddad' },
    ]);
    const { equipment } = await story.sees<{ equipment: object[] }>(story.client);
    expect(equipment).toMatchObject([
      { kind: 'heat pump', model: 'Altherma 3', ageYears: 1, warranty: { state: 'in_force' } },
    ]);
    const history = await story.list(`${story.client}/history?kind=service`);
    expect(history.map(({ data }) => (data as { equipmentId: string }).equipmentId)).toEqual([
      story.cast.id('heat pump'),
      story.cast.id('heat pump'),
    ]);
  });
});
