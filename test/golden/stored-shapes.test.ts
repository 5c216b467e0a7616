import { describe, expect, it } from '@jest/globals';
import type { ResolvedEvent } from '@eventstore/db-client';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Codec } from '../../src/event-store/codec.js';
import type { EventDefinition } from '../../src/event-store/event-definition.js';
import { fieldsOf, type FieldDescription } from '../../src/schema/fields.js';
import { allEvents } from '../../src/event-catalogue.js';

/**
 * One file for every shape in which an event type was ever stored: its fields, and an example. They are never edited and
 * never removed. A new type or version gets its file by TENURE_TEST_WRITE_GOLDEN=1 npm test -- test/golden.
 */
interface Golden {
  readonly shape: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>>;
}

const FOLDER = 'test/golden/events';
const definitions: readonly EventDefinition[] = Object.values(allEvents);
const fileOf = (type: string, version: number) => `${FOLDER}/${type}.v${version}.json`;

const kept = new Map<string, Golden>(
  readdirSync(FOLDER).map((name) => [
    `${FOLDER}/${name}`,
    JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Golden,
  ]),
);

const shapeOf = ({ data }: EventDefinition): Golden['shape'] =>
  Object.fromEntries(
    fieldsOf(data).map(({ name, kind, optional, personal }) => [
      name,
      [kind, optional ? 'optional' : 'required', ...(personal ? ['personal'] : [])].join(', '),
    ]),
  );

if (process.env.TENURE_TEST_WRITE_GOLDEN) {
  for (const definition of definitions) {
    const file = fileOf(definition.type, definition.version);
    if (kept.has(file)) continue;
    const golden = { shape: shapeOf(definition), data: exampleOf(definition) };
    writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`);
    kept.set(file, golden);
  }
}

describe('every event type', () => {
  it.each(definitions.map((definition) => [definition.type, definition] as const))(
    '%s has the shape that is on record for its version',
    (type, definition) => {
      const golden = kept.get(fileOf(type, definition.version));
      // A changed shape needs a new version with an upcaster from the one before, and a file of its own.
      expect({ type, version: definition.version, shape: golden?.shape }).toEqual({
        type,
        version: definition.version,
        shape: shapeOf(definition),
      });
    },
  );

  it.each(definitions.map(({ type, version }) => [type, version] as const))(
    '%s is kept in each shape up to version %i',
    (type, version) => {
      const versions = [...kept.keys()].filter((file) => file.startsWith(`${FOLDER}/${type}.v`));
      expect(versions.sort()).toEqual(
        Array.from({ length: version }, (_none, index) => fileOf(type, index + 1)).sort(),
      );
    },
  );
});

describe('every stored shape', () => {
  it.each(
    [...kept].map(([file, golden]) => [file.slice(FOLDER.length + 1, -'.json'.length), golden] as const),
  )('%s is read, and is what its type says today', (name, { data }) => {
    const [type = '', version] = name.split('.v');
    const { event } = new Codec(allEvents).decode(storedEvent(type, Number(version), data));
    const definition = definitions.find((one) => one.type === type);
    const read = plainToInstance(definition?.data as new () => object, event.data);
    const faults = validateSync(read, { whitelist: true, forbidNonWhitelisted: true });
    expect(faults.map(String)).toEqual([]);
  });
});

function storedEvent(type: string, schemaVersion: number, data: object): ResolvedEvent {
  const metadata = { schemaVersion, occurredAt: '2024-01-02T09:00:00.000Z' };
  const place = { streamId: 'client-1', revision: 0n, position: { commit: 1n, prepare: 1n } };
  return {
    event: { ...place, id: '1', type, data, metadata, created: new Date(0) },
  } as unknown as ResolvedEvent;
}

/** @returns data with every field filled in, that its own type accepts */
function exampleOf({ type, data }: EventDefinition): Golden['data'] {
  const example = Object.fromEntries(fieldsOf(data).map((field) => [field.name, exampleValue(field)]));
  const faults = validateSync(plainToInstance(data, example), {
    whitelist: true,
    forbidNonWhitelisted: true,
  });
  if (faults.length > 0)
    throw new Error(`give these fields of ${type} an example: ${faults.map(String).join()}`);
  return example;
}

function exampleValue({ kind, example, schema }: FieldDescription): unknown {
  if (example !== undefined) return example;
  if (schema.enum) return schema.enum[0];
  const examples: Record<string, unknown> = {
    text: 'vip',
    'list of text': ['vip'],
    'e-mail': 'ada@example.com',
    uuid: '6f1c2d2e-1111-4222-8333-444455556666',
    instant: '2024-01-02T09:00:00.000Z',
    'whole number': schema.minimum,
    number: schema.minimum,
    'yes or no': true,
    'days by name': { cleaning: 60 },
    day: '2026-03-31',
  };
  return examples[kind];
}
