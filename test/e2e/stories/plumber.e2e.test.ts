import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plumbersStory } from '../../../src/demo/stories/plumber.story.js';
import { Storyteller } from '../../support/storyteller.js';

describe('The plumber', () => {
  let story: Storyteller;
  beforeAll(async () => {
    story = await Storyteller.begin(plumbersStory, '2026-06-01T12:00:00.000Z');
  });
  afterAll(() => story.end());

  it('sees at the third call what went wrong at this house before, and that it is always urgent', async () => {
    await story.until(200);
    const { recentServices } = await story.sees<{ recentServices: object[] }>(story.client);
    expect(recentServices).toMatchObject([
      { serviceType: 'drain cleaning', urgency: 'urgent', outcome: 'follow_up_needed' },
      { serviceType: 'pipe repair', urgency: 'emergency' },
      { serviceType: 'drain cleaning', urgency: 'urgent' },
    ]);
    const { brief } = await story.sees<{ brief: string[] }>(story.client);
    expect(brief[1]).toContain('The main shut-off is behind the cellar door');
    expect(brief[2]).toContain('Noted then: Roots in the main drain; will come back');
    expect(brief[3]).toContain('recommended and not decided on: drain camera');
  });

  it('has the complaint that the job brought, and comes again for nothing', async () => {
    await story.until(190);
    expect(await story.list('/complaints?severity=high')).toMatchObject([{ category: 'callback' }]);
    await story.until(188);
    expect(await story.list('/complaints')).toEqual([]);
    const { recentServices } = await story.sees<{ recentServices: object[] }>(story.client);
    expect(recentServices[0]).toMatchObject({ callbackOf: story.cast.id('third') });
  });

  it('sees who owes what, and what was done about it', async () => {
    await story.until(171);
    expect(await story.list('/invoices?overdue=true')).toMatchObject([
      { number: 'P-204', openMinor: 15_000 },
    ]);
    await story.until(170);
    expect(await story.list('/invoices?overdue=true')).toMatchObject([
      { number: 'P-204', openMinor: 10_000 },
    ]);
    const said = await story.list(`${story.client}/history?kind=billing,CommunicationSent&order=asc`);
    expect(said.map(({ kind }) => kind)).toEqual([
      ...['InvoiceIssued', 'InvoiceOverdue', 'CommunicationSent', 'InvoicePaid'],
    ]);
  });

  it('is reminded of the maintenance, and that the estimate does not hold for ever', async () => {
    await story.until(6);
    expect(await story.list('/follow-ups?overdue=true')).toEqual([]);
    await story.until(0);
    expect(await story.list('/follow-ups?overdue=true')).toMatchObject([
      { topic: 'maintenance', assignee: 'Olga', name: 'Tom Becker', phone: '+1 555 0111' },
    ]);
    expect(await story.list(`/expirations?to=${story.cast.at(-31)}`)).toMatchObject([
      { kind: 'estimate', what: 'drain camera', expiresAt: story.cast.at(-30), overdue: false },
    ]);
  });
});
