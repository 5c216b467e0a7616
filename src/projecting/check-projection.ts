import { indexed, type AnyIndex } from './build.js';
import type { AnyProjection, AnyRule, ColumnType } from './projection.js';
import { summed } from './row.js';

// PostgreSQL cuts names at 63 bytes; the version, an index's columns and the like are still to be added.
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * Finds the faults that the type system lets pass, so that a wrong declaration fails at the start and not at an event.
 * @throws Error that names every fault of every projection
 */
export function checkProjections(projections: readonly AnyProjection[]): void {
  const names = projections.map((projection) => projection.name);
  const tables = projections.flatMap((projection) => projection.tables.map((rule) => tableOf(rule).name));
  const faults = [
    ...repeated(names).map((name) => `two projections are called ${name}`),
    ...repeated(tables).map((name) => `two tables are called ${name}`),
    ...projections.flatMap((projection) =>
      faultsOf(projection).map((fault) => `projection ${projection.name}: ${fault}`),
    ),
  ];
  if (faults.length > 0) throw new Error(faults.join('; '));
}

function faultsOf({ name, version, streams, tables }: AnyProjection): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) faults.push('its name must be lower case letters, digits, - and _');
  if (!Number.isInteger(version) || version < 1) faults.push('its version must be a whole number from 1');
  // An empty prefix would follow the store's own streams too.
  if (streams.length === 0 || streams.includes('')) faults.push('it must name the streams it follows');
  if (tables.length === 0) faults.push('it keeps no table');
  const before: AnyRule[] = [];
  for (const rule of tables) {
    const table = tableOf(rule);
    faults.push(...tableFaults(rule, before).map((fault) => `table ${table.name} ${fault}`));
    before.push(rule);
  }
  return faults;
}

function tableFaults(rule: AnyRule, before: readonly AnyRule[]): string[] {
  const { name, columns, key, indexes = [] } = tableOf(rule);
  const faults: string[] = [];
  const unnamed = [...key, ...indexes.flatMap(indexed)].filter((column) => !Object.hasOwn(columns, column));
  if (unnamed.length > 0) faults.push(`has no column ${unnamed.join(', ')}`);
  for (const bad of [name, ...Object.keys(columns)].filter((text) => !NAME.test(text)))
    faults.push(`has a name PostgreSQL would change: ${bad}`);
  if (key.length === 0) faults.push('has no key');
  for (const column of key) if (columns[column]?.endsWith('?')) faults.push(`has a nullable key, ${column}`);
  if (rule.shape === 'fold' && key.length !== 1) faults.push('is a fold and needs a key of one column');
  const found = (name: string, ...shapes: string[]) =>
    before.find((one) => tableOf(one).name === name && shapes.includes(one.shape));
  if (rule.shape === 'sum') {
    if (!found(rule.from, 'fold', 'cross'))
      faults.push(`comes from ${rule.from}, which is no fold or cross table before it`);
  } else if ('from' in rule) {
    const origins = [...[rule.from].flat(), ...('with' in rule ? rule.with : [])];
    for (const from of origins.filter((one) => !found(one, 'fold')))
      faults.push(`comes from ${from}, which is no fold table before it`);
  }
  if (rule.shape === 'cross') faults.push(...crossFaults(rule, found));
  if (rule.shape === 'sum') {
    const sums = summed(rule.table);
    if (sums.length === 0) faults.push('sums nothing');
    for (const column of sums)
      if (!/^(integer|bigint)$/.test(String(columns[column]))) faults.push(`cannot sum ${column}`);
  }
  return faults;
}

function crossFaults(
  rule: Extract<AnyRule, { shape: 'cross' }>,
  found: (name: string, shape: string) => AnyRule | undefined,
): string[] {
  const faults: string[] = [];
  const from = found(rule.from, 'fold');
  // Its rows are gone through in the order of their key, here as in PostgreSQL.
  if (from && tableOf(from).columns[tableOf(from).key[0] ?? ''] !== 'uuid')
    faults.push(`comes from ${rule.from}, whose key is no uuid`);
  if (rule.with.length === 0) faults.push('is crossed with nothing');
  for (const name of rule.with) {
    const held = found(name, 'fold');
    if (held && Object.values(tableOf(held).columns).some((type) => type.startsWith('bigint')))
      faults.push(`is crossed with ${name}, which holds a bigint`);
  }
  return faults;
}

interface Declared {
  name: string;
  columns: Record<string, ColumnType>;
  key: string[];
  indexes?: AnyIndex[];
}
const tableOf = (rule: AnyRule): Declared => rule.table as Declared;

const repeated = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, at) => names.indexOf(name) !== at)),
];
