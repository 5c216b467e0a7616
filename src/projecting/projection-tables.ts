import { escapeIdentifier as quoted, type ClientBase, type Pool } from 'pg';
import {
  buildOf,
  buildsOf,
  columnsOf,
  indexed,
  physicalTable,
  sqlType,
  tablesOf,
  type AnyIndex,
  type Build,
} from './build.js';
import { CHECKPOINT_TABLE } from './checkpoint.js';
import type { AnyProjection, AnyTable } from './projection.js';
import { pointViews } from './serving.js';
import { inTransaction } from './transaction.js';

/** Any constant: held while tables are made, so that two processes that start together do not collide. */
const MAKING_TABLES = 7_460_283_051_177n;

/**
 * Makes what a projection's declared version needs: its tables, its checkpoint, and, where no version serves yet, the
 * views through which queries read. Does nothing where all that exists.
 * @throws Error if the declaration has changed under the same version
 */
export async function prepare(pool: Pool, projections: readonly AnyProjection[]): Promise<Build[]> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MAKING_TABLES]);
    await client.query('CREATE SCHEMA IF NOT EXISTS projection');
    await client.query(CHECKPOINT_TABLE);
    const { rows } = await client.query<{ name: string; build: string }>(
      'SELECT name, build FROM projection.checkpoint',
    );
    const builds = projections.flatMap((projection) => {
      const there = buildsOf(projection, rows);
      return there.length > 0 ? there : [buildOf(projection)];
    });
    for (const build of builds) await prepareBuild(client, build);
    return builds;
  });
}

/**
 * Begins to build a projection anew beside the tables that serve: an engine that runs fills the new ones, and lets them
 * take the place of the old ones when they have caught up. Where that is under way already, nothing is begun.
 * @throws Error if the projection has no tables yet
 */
export function beginRebuild(pool: Pool, projection: AnyProjection): Promise<Build> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [MAKING_TABLES]);
    const { rows } = await client.query<{ name: string; build: string; serving: boolean }>(
      'SELECT name, build, serving FROM projection.checkpoint',
    );
    const newest = buildsOf(projection, rows).at(-1);
    if (!newest) throw new Error(`projection ${projection.name} has no tables yet; start Tenure first`);
    const serves = rows.some(
      ({ name, build, serving }) => serving && name === newest.name && build === newest.label,
    );
    if (!serves) return newest;
    const next = buildOf(projection, newest.generation + 1);
    await prepareBuild(client, next);
    return next;
  });
}

/** Makes the tables of a build, if it has none yet. */
export async function prepareBuild(client: ClientBase, build: Build): Promise<void> {
  const { name, label, declared, projection } = build;
  const {
    rows: [kept],
  } = await client.query<{ made: boolean }>(
    `INSERT INTO projection.checkpoint (name, build, version, parameters, declared, tables)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (name, build) DO UPDATE SET tables = EXCLUDED.tables RETURNING xmax = 0 AS made`,
    [
      ...[name, label, projection.version, JSON.stringify(projection.parameters ?? {}), declared],
      tablesOf(build).map((table) => table.name),
    ],
  );
  // Tables go with their checkpoint: without one, what a table may hold is of unknown age, and is made anew.
  if (kept?.made) for (const table of tablesOf(build)) await createTable(client, build, table);
  const { rows } = await client.query<{ declared: string; served: boolean }>(
    `SELECT declared, EXISTS (SELECT FROM projection.checkpoint WHERE name = $1 AND serving) AS served
       FROM projection.checkpoint WHERE name = $1 AND build = $2`,
    [name, label],
  );
  if (rows[0]?.declared !== declared)
    throw new Error(
      `projection ${name}: its streams, columns or keys changed; raise its version above ${projection.version}`,
    );
  for (const table of tablesOf(build)) await createIndexes(client, build, table);
  if (!rows[0].served) await pointViews(client, build);
}

async function createTable(client: ClientBase, build: Build, table: AnyTable): Promise<void> {
  const target = physicalTable(build, table);
  const columns = columnsOf(table).map(([column, declared]) => {
    const { type, nullable } = sqlType(declared);
    return `${quoted(column)} ${type}${nullable ? '' : ' NOT NULL'}`;
  });
  const key = table.key.map(quoted).join(', ');
  await client.query(`DROP TABLE IF EXISTS ${target} CASCADE`);
  await client.query(`CREATE TABLE ${target} (${columns.join(', ')}, PRIMARY KEY (${key}))`);
}

async function createIndexes(client: ClientBase, build: Build, table: AnyTable): Promise<void> {
  for (const index of (table.indexes ?? []) as AnyIndex[]) {
    const name = quoted(`${table.name}_${build.label}_by_${indexed(index).join('_')}`.slice(0, 63));
    // Asked first, since CREATE INDEX, even of one that exists, waits for whoever is writing to the table.
    const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      `projection.${name}`,
    ]);
    if (rows[0]?.there) continue;
    const columns = indexed(index).map(quoted).join(', ');
    const into = 'gin' in index ? `USING gin (${columns} ${index.operators})` : `(${columns})`;
    await client.query(`CREATE INDEX ${name} ON ${physicalTable(build, table)} ${into}`);
  }
}
