import { nearestName } from '../nearest-name.js';
import { STORABLE_WORDS } from '../schema/fields.js';
import { parseInstant, type Instant } from '../schema/instant.js';
import { factTypes, type ClientFact } from './client-fact.js';
import { fieldFaults } from './field-check.js';
import type { ClientIds, ImportIds } from './import-ids.js';
import { lineTypes, type LineType } from './line-format.js';

/** A fact, and whose it is. */
export interface ImportLine {
  readonly clientId: string;
  readonly fact: ClientFact;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads one fact of an import.
 * @param now no fact lies after it
 * @returns the fact, or in a text why it is refused: which field, and what would be right. The text never holds what
 *   stood in the line, which may be personal.
 */
export function readImportLine(line: Fields, ids: ImportIds, now: Instant): ImportLine | string {
  const type = factTypes.find((known) => known === line.type);
  if (type === undefined) return `type must be one of ${factTypes.join(', ')}`;
  const format = lineTypes[type];

  const at = parseInstant(line.occurredAt);
  const faults = [
    ...unknownFields(line, type, format),
    ...(at === null
      ? [INSTANT]
      : at > now
        ? [`occurredAt must not lie in the future; it is ${now} now`]
        : []),
    ...referenceFaults(line, format),
    ...amountFaults(line, format),
  ];
  const details = detailsOf(line, format);
  if (typeof details === 'string') faults.push(details);
  else faults.push(...fieldFaults(format.details, details));
  if (at === null || typeof details === 'string' || faults.length > 0) return faults.join('; ');

  const client = ids.client(line.clientRef as string);
  const data = { ...idsOf(line, client, ids, format), ...details };
  if (type === 'noted') data.noteId = client.note(at, details.text as string);
  return { clientId: client.id, fact: { type, at, data } as unknown as ClientFact };
}

const INSTANT = 'occurredAt must be an ISO 8601 instant with a zone, such as 2024-01-02T09:00:00Z';

function unknownFields(line: Fields, type: string, { fields }: LineType): string[] {
  const unknown = Object.keys(line).filter((name) => !fields.has(name));
  if (unknown.length === 0) return [];
  const shown = unknown.slice(0, 3).map((name) => {
    // What does not look like a name of a field may be anything.
    if (!/^[A-Za-z_][\w.-]{0,39}$/.test(name)) return 'a field with an odd name';
    const meant = nearestName(name, [...fields]);
    return meant === undefined ? name : `${name} (meant: ${meant}?)`;
  });
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} more` : '';
  return [`unknown: ${shown.join(', ')}${more}; a line of type ${type} may hold ${[...fields].join(', ')}`];
}

function referenceFaults(line: Fields, { references }: LineType): string[] {
  const faults: string[] = [];
  const check = (name: string, required: boolean) => {
    const value = line[name];
    if (value === undefined && !required) return;
    if (value === undefined) faults.push(`${name} is missing`);
    else if (typeof value !== 'string' || value.length > 200 || !STORABLE_WORDS.test(value))
      faults.push(`${name} must be text of 1 to 200 characters`);
  };
  check('clientRef', true);
  for (const name of Object.keys(references)) check(name, references[name]?.required ?? false);
  return faults;
}

function amountFaults(line: Fields, { amount }: LineType): string[] {
  if (amount === undefined || (line[amount] === undefined) === (line.currency === undefined)) return [];
  return line.currency === undefined
    ? [`currency is missing: ${amount} needs one`]
    : [`${amount} is missing: currency needs one`];
}

/** The fields that keep their names, instants in canonical form; a single technician is a list of one. */
function detailsOf(line: Fields, { fields, references, instants }: LineType): Fields | string {
  const details: Record<string, unknown> = {};
  for (const name of Object.keys(line)) {
    if (!fields.has(name) || name in references || COMMON.has(name)) continue;
    const value = line[name];
    details[name] = instants.includes(name) ? (parseInstant(value) ?? value) : value;
  }
  if (details.technician !== undefined) {
    if (details.technicians !== undefined) return 'give technician or technicians, not both';
    if (typeof details.technician !== 'string') return 'technician must be text; several go into technicians';
    details.technicians = [details.technician];
    delete details.technician;
  }
  if (details.newOccurredAt !== undefined) {
    if (details.servicedAt !== undefined) return 'give newOccurredAt or servicedAt, not both';
    details.servicedAt = parseInstant(details.newOccurredAt) ?? details.newOccurredAt;
    delete details.newOccurredAt;
  }
  return details;
}

const COMMON = new Set(['type', 'clientRef', 'occurredAt']);

function idsOf(line: Fields, client: ClientIds, ids: ImportIds, { references }: LineType): Fields {
  const own: Record<string, unknown> = {};
  for (const [name, { of, becomes }] of Object.entries(references)) {
    const ref = line[name];
    if (typeof ref === 'string') own[becomes] = of === 'client' ? ids.client(ref).id : client[of](ref);
  }
  return own;
}
