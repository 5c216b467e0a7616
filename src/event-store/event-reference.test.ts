import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { allEvents } from '../event-catalogue.js';
import { eventReference } from './event-reference.js';

it('docs/reference/events.md says what the declarations say', async () => {
  const page = await readFile('docs/reference/events.md', 'utf8');
  expect(page).toBe(eventReference(Object.values(allEvents)));
});
