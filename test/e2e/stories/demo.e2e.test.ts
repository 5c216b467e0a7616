import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { runDemo } from '../../../src/cli/demo.command.js';
import { EventStore } from '../../../src/event-store/event-store.js';
import { Tenure } from '../../support/tenure.js';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

async function demo(): Promise<string> {
  const out = new PassThrough({ encoding: 'utf8' });
  const { application: app, databaseUrl } = tenure;
  const session = { app, runtime: { databaseUrl }, signal: new AbortController().signal };
  await runDemo(session as never, { seed: 1, clients: 20 }, out as never);
  return String(out.read());
}

it('the demo tells four stories, whom to call and the retention table; told again, it records nothing new', async () => {
  const told = await demo();
  for (const what of [
    ...['The cleaner', 'The plumber', 'The heating engineer', 'The electrician'],
    'To mind: wants Rosa; does not want Tim.',
    /drain camera/,
    /Nadia Haddad +due for service +the next service was due \d+ days ago, by plan; none is booked/,
    /Booked for .*: survey/,
    /cohort +clients +0 +1/,
  ])
    expect(told).toMatch(what instanceof RegExp ? what : new RegExp(what));
  const store = tenure.provider(EventStore);
  const end = await store.tail();
  expect(await demo()).toContain('0 facts recorded in 0 events');
  expect(await store.tail()).toEqual(end);
}, 60_000);
