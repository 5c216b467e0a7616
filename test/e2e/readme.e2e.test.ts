import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

it('the calls of the README do what it says', async () => {
  const readme = await readFile('README.md', 'utf8');
  const calls = [...readme.matchAll(/^(post|get) +'?([^\s']+)'?(?: '(\{.*\})')?/gm)];
  expect(calls.map(([, method]) => method)).toEqual(['post', 'post', 'post', 'get', 'get']);
  const texts: string[] = [];
  for (const [, method, path, body] of calls) {
    if (method === 'post') await tenure.record('post', `/${path}`, JSON.parse(body ?? '') as object);
    else texts.push((await tenure.ask(`/${path}`, 'admin').expect(200)).text);
  }
  const [history, retention] = texts.map((text) => JSON.parse(text)) as [
    { items: { summary: string }[] },
    { cohorts: { cohort: string; size: number }[] },
  ];
  expect(history.items.map(({ summary }) => summary)).toEqual([
    'Lapsed after 90 days without a service (last on 20 May 2024)',
    expect.stringMatching(/^Came back 41 days after the lapse/),
    expect.stringMatching(/^Serviced: tap repair/),
    expect.stringMatching(/^Lapsed after 90 days/),
    expect.stringMatching(/^Serviced: drain cleaning/),
    'Became a client',
  ]);
  expect(retention.cohorts).toMatchObject([{ cohort: '2024-01', size: 1 }]);
});
