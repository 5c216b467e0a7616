import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

let tenure: Tenure;
beforeEach(async () => {
  tenure = await Tenure.start();
});
afterEach(() => tenure.close());

/** Makes the calls that a page shows, one after the other; each has to succeed. @returns the answers to its questions */
async function callsOf(page: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [, method, path, body] of page.matchAll(/^(post|get) +'?([^\s']+)'?(?: '(\{.*\})')?/gm)) {
    if (method === 'post') await tenure.record('post', `/${path}`, JSON.parse(body ?? '') as object);
    else answers.push(JSON.parse((await tenure.ask(`/${path}`, 'admin').expect(200)).text));
  }
  return answers;
}

it('the calls of the README do what it says', async () => {
  const [history, retention] = (await callsOf(await readFile('README.md', 'utf8'))) as [
    { items: { summary: string }[] },
    { cohorts: { cohort: string; size: number }[] },
  ];
  expect(history.items.map(({ summary }) => summary)).toEqual([
    'Lapsed after 60 days without a service (last on 20 May 2024)',
    expect.stringMatching(/^Came back 71 days after the lapse/),
    expect.stringMatching(/^Serviced: window clean/),
    expect.stringMatching(/^Lapsed after 60 days/),
    expect.stringMatching(/^Serviced: deep clean/),
    'Became a client',
  ]);
  expect(retention.cohorts).toMatchObject([{ cohort: '2024-01', size: 1 }]);
});

it('the calls of the tutorial do what it says', async () => {
  const [card, history, , members, vip, retention] = await callsOf(
    await readFile('docs/tutorial/first-steps.md', 'utf8'),
  );
  expect(card).toMatchObject({ name: 'Ada Lovelace', openComplaints: [], services: 1 });
  expect((history as { items: unknown[] }).items.length).toBeGreaterThanOrEqual(4);
  expect(members).toMatchObject({ items: [{ name: 'Ada Lovelace', since: '2026-01-12T13:00:00.000Z' }] });
  expect(vip).toMatchObject({ size: 1 });
  const cells = (retention as { cohorts: { cells: { numerator: number }[] }[] }).cohorts[0]?.cells;
  expect(cells?.map(({ numerator }) => numerator)).toEqual([1, 0, 0]);
});

it('the calls of the how-to on access do what it says', async () => {
  const page = await readFile('docs/how-to/give-access.md', 'utf8');
  const [, method, path, body] = /^(post) (\S+) '(.*)'$/m.exec(page) ?? [];
  const { body: issued } = await tenure
    .call(method as 'post', `/${path}`)
    .send(JSON.parse(body ?? '') as object)
    .expect(201);
  expect(issued).toMatchObject({ name: 'front desk', role: 'staff', key: expect.stringMatching(/^tnr_/) });
});

it('the calls of the how-to on segments do what it says', async () => {
  const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
  await tenure.record('post', '/clients', { clientId, name: 'Ada', occurredAt: '2024-01-02T09:00:00Z' });
  for (const day of ['2024-01-05', '2024-02-05', '2024-03-05'])
    await tenure.record('post', `/clients/${clientId}/services`, { occurredAt: `${day}T09:00:00Z` });
  const page = (await readFile('docs/how-to/define-a-segment.md', 'utf8')).replaceAll(/^ +/gm, '');
  const [preview, definition] = [...page.matchAll(/^post (\S+) '(.*)'$/gm)].map(
    ([, path, body]) => [`/${path}`, JSON.parse(body ?? '') as object] as const,
  ) as [readonly [string, object], readonly [string, object]];
  await tenure.ask('/segments/state:active').expect(200);
  const { body: previewed } = await tenure.call('post', preview[0]).send(preview[1]).expect(200);
  expect(previewed).toMatchObject({ count: 1, sample: [{ clientId }] });
  await tenure.record('post', ...definition);
  await waitUntil('it is filled', async () => {
    const { body } = await tenure.ask('/segments/5a9f0c1e-3333-4444-8555-666677778888').expect(200);
    return !('filled' in body);
  });
  const [now, then, audience, , why, history, retention] = await callsOf(page.replaceAll(/^post .*$/gm, ''));
  expect(now).toMatchObject({ items: [{ clientId, since: '2024-04-20T09:00:00.000Z' }] });
  expect(then).toMatchObject({ items: [{ clientId }] });
  expect(audience).toMatchObject({ items: [] });
  expect(why).toMatchObject({
    member: true,
    reason: { holds: true, parts: [{ value: 3 }, { holds: true }] },
  });
  expect(history).toMatchObject({
    periods: expect.arrayContaining([expect.objectContaining({ size: 1 })]),
  });
  expect(retention).toMatchObject({ cohorts: [{ cohort: '2024-01', size: 1 }] });
});
