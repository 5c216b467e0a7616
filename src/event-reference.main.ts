import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { clientEvents } from './client/client.events.js';
import { eventReference } from './event-store/event-reference.js';

await writeFile('docs/reference/events.md', eventReference(Object.values(clientEvents)));
