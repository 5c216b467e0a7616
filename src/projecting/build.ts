import { escapeIdentifier } from 'pg';
import { sha256 } from '../event-store/hash-chain.js';
import type { AnyProjection, AnyTable, ColumnType, GinIndex, Row } from './projection.js';

/** One set of tables of a projection: those of one version, filled under one set of parameters, for the nth time. */
export interface Build {
  readonly projection: AnyProjection;
  readonly name: string;
  /** `v3`, or `v3_9af2c1` where the projection has parameters; `v3_g2` when it is rebuilt: what its tables' names end in */
  readonly label: string;
  /** rises with every rebuild; what is alike but for the generation is of one edition */
  readonly generation: number;
  /** fingerprint of what must not change without a new version: streams, shapes, columns and keys */
  readonly declared: string;
}

export function buildOf(projection: AnyProjection, generation = 1): Build {
  const { name, version, parameters = {}, streams, tables } = projection;
  const filledUnder = Object.keys(parameters).length === 0 ? '' : `_${sha256(parameters).slice(0, 6)}`;
  const label = `v${version}${filledUnder}${generation === 1 ? '' : `_g${generation}`}`;
  const shape = tables.map((rule) => {
    const { name, columns, key } = rule.table as AnyTable;
    const from = 'from' in rule ? rule.from : null;
    return {
      shape: rule.shape,
      from,
      ...(rule.shape === 'cross' ? { with: rule.with } : {}),
      name,
      columns,
      key,
    };
  });
  return { projection, name, label, generation, declared: sha256({ streams, shape }).slice(0, 16) };
}

/** @returns the builds of the edition that a projection now declares, of those that are there; the oldest first */
export function buildsOf(
  projection: AnyProjection,
  there: readonly { name: string; build: string }[],
): Build[] {
  const { name, label } = buildOf(projection);
  return there
    .filter((one) => one.name === name)
    .map(({ build }) =>
      build === label ? 1 : Number(build.startsWith(`${label}_g`) && build.slice(label.length + 2)),
    )
    .filter((generation) => Number.isInteger(generation) && generation > 0)
    .sort((a, b) => a - b)
    .map((generation) => buildOf(projection, generation));
}

/** @returns the table's name in the database, schema and quotes included */
export const physicalTable = ({ label }: Build, table: AnyTable): string =>
  `projection.${escapeIdentifier(`${table.name}_${label}`)}`;

/** @returns the view that queries read, schema and quotes included */
export const servedView = (table: AnyTable): string => `public.${escapeIdentifier(table.name)}`;

/** @returns the view that says how far what queries read has come; it is replaced along with the others */
export const progressView = (projection: string): string => `projection.${escapeIdentifier(projection)}`;

export const tablesOf = ({ projection }: Build): AnyTable[] =>
  projection.tables.map((rule) => rule.table as AnyTable);

/** @returns the type that PostgreSQL knows a column by, and whether it may be null */
export function sqlType(type: ColumnType): { type: string; nullable: boolean } {
  const nullable = type.endsWith('?');
  return { type: nullable ? type.slice(0, -1) : type, nullable };
}

export const columnsOf = (table: AnyTable): [string, ColumnType][] =>
  Object.entries(table.columns as Record<string, ColumnType>);

export type AnyIndex = readonly string[] | GinIndex<Row>;

/** @returns the columns of an index */
export const indexed = (index: AnyIndex): readonly string[] => ('gin' in index ? [index.gin] : index);

/** @returns the advisory lock whose holder leads a build */
export const lockKey = ({ name, label }: Pick<Build, 'name' | 'label'>): bigint =>
  BigInt.asIntN(64, BigInt(`0x${sha256(['leader', name, label]).slice(0, 16)}`));
