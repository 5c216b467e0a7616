import { fieldsOf } from '../schema/fields.js';
import type { EventDefinition } from './event-definition.js';

/** @returns the event reference, in Markdown, of the given declarations: what docs/reference/events.md holds */
export function eventReference(definitions: readonly EventDefinition[]): string {
  const intro = [
    '# Events',
    '',
    'Every fact that Tenure records, generated from the declarations in the code (`npm run docs:events`). An event type is stored under the',
    'name given here for ever; `v` is the version of its shape. Personal fields are marked: they are never shown to an analyst and never logged.',
    '',
  ];
  return [...intro, ...definitions.flatMap(section)].join('\n');
}

function section({ type, version, meaning, data }: EventDefinition): string[] {
  const rows = fieldsOf(data).map(({ name, kind, about, optional, personal }) => {
    const marks = [optional ? 'optional' : 'required', ...(personal ? ['**personal**'] : [])].join(', ');
    return `| \`${name}\` | ${kind.replaceAll('|', '\\|')} | ${marks} | ${about} |`;
  });
  return [
    `## ${type} (v${version})`,
    '',
    meaning,
    '',
    '| field | kind | | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ];
}
