import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { clientEvents } from '../client/client.events.js';
import { eventReference } from './event-reference.js';

it('docs/reference/events.md says what the declarations say', async () => {
  const page = await readFile('docs/reference/events.md', 'utf8');
  expect(page).toBe(eventReference(Object.values(clientEvents)));
});
