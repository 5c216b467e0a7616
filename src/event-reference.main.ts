import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { allEvents } from './event-catalogue.js';
import { eventReference } from './event-store/event-reference.js';
import { ruleReference, ruleSchemaDocument } from './segment/rule-reference.js';

await writeFile('docs/reference/events.md', eventReference(Object.values(allEvents)));
await writeFile('docs/reference/segment-rules.md', ruleReference());
await writeFile('docs/reference/segment-rule.schema.json', ruleSchemaDocument());
