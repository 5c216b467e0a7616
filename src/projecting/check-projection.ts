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
  const folds = new Set<string>();
  for (const rule of tables) {
    const table = tableOf(rule);
    faults.push(...tableFaults(rule, folds).map((fault) => `table ${table.name} ${fault}`));
    if (rule.shape === 'fold') folds.add(table.name);
  }
  return faults;
}

function tableFaults(rule: AnyRule, folds: ReadonlySet<string>): string[] {
  const { name, columns, key, indexes = [] } = tableOf(rule);
  const faults: string[] = [];
  const unnamed = [...key, ...indexes.flatMap(indexed)].filter((column) => !Object.hasOwn(columns, column));
  if (unnamed.length > 0) faults.push(`has no column ${unnamed.join(', ')}`);
  for (const bad of [name, ...Object.keys(columns)].filter((text) => !NAME.test(text)))
    faults.push(`has a name PostgreSQL would change: ${bad}`);
  if (key.length === 0) faults.push('has no key');
  for (const column of key) if (columns[column]?.endsWith('?')) faults.push(`has a nullable key, ${column}`);
  if (rule.shape === 'fold' && key.length !== 1) faults.push('is a fold and needs a key of one column');
  const origins = 'from' in rule ? [rule.from].flat() : [];
  for (const from of origins.filter((one) => !folds.has(one)))
    faults.push(`comes from ${from}, which is no fold table before it`);
  if (rule.shape === 'sum') {
    const sums = summed(rule.table);
    if (sums.length === 0) faults.push('sums nothing');
    for (const column of sums)
      if (!/^(integer|bigint)$/.test(String(columns[column]))) faults.push(`cannot sum ${column}`);
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
