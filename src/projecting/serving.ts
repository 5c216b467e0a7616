import { escapeIdentifier as quoted, escapeLiteral, type ClientBase, type Pool } from 'pg';
import {
  buildsOf,
  columnsOf,
  lockKey,
  physicalTable,
  progressView,
  servedView,
  tablesOf,
  type Build,
} from './build.js';
import { dropBuild } from './prune.js';
import { inTransaction } from './transaction.js';

/**
 * Makes a build that has caught up the one that queries read, all its views at once. A higher version takes the place of
 * a lower one; otherwise (a version taken back, other parameters) the build that serves must have no leader any more,
 * so that two processes of different minds do not take the views from each other for ever.
 * @returns whether it serves now
 * @throws DatabaseError (lock_not_available) if long queries hold the views: ask again later
 */
export async function serve(pool: Pool, build: Build): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ServedRow>(
      'SELECT name, build, version FROM projection.checkpoint WHERE name = $1 AND serving FOR UPDATE',
      [build.name],
    );
    const [served] = rows;
    if (served?.build === build.label) return true;
    const [sameEdition] = served ? buildsOf(build.projection, [served]) : [];
    if (sameEdition && sameEdition.generation > build.generation) return false;
    if (served && !sameEdition && served.version >= build.projection.version) {
      if (await isLed(client, build.name, served.build)) return false;
    }
    // A waiting DROP VIEW makes every later reader of the view wait too.
    await client.query(`SET LOCAL lock_timeout = '2s'`);
    await pointViews(client, build);
    // A rebuild took the place of the same tables: nobody can want to go back to those.
    if (sameEdition) await dropBuild(client, sameEdition);
    return true;
  });
}

interface ServedRow {
  name: string;
  build: string;
  version: number;
}

export async function isLed(client: ClientBase, name: string, label: string): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
    lockKey({ name, label }),
  ]);
  return !rows[0]?.free;
}

/**
 * Makes a build the one that queries read, inside the caller's transaction. A view cannot be replaced by one of other columns, so it is dropped and made anew.
 */
export async function pointViews(client: ClientBase, build: Build): Promise<void> {
  // First the view by which readers hold off this change (read-model.ts).
  await client.query(`DROP VIEW IF EXISTS ${progressView(build.name)}`);
  await client.query(
    `CREATE VIEW ${progressView(build.name)} AS SELECT position, recorded_at FROM projection.checkpoint
      WHERE name = ${escapeLiteral(build.name)} AND serving`,
  );
  for (const table of tablesOf(build)) {
    const columns = columnsOf(table).map(([column]) => quoted(column));
    await client.query(`DROP VIEW IF EXISTS ${servedView(table)}`);
    await client.query(
      `CREATE VIEW ${servedView(table)} AS SELECT ${columns.join(', ')} FROM ${physicalTable(build, table)}`,
    );
  }
  // Two statements: a unique index is checked row by row, and two must not serve even for a moment.
  await client.query('UPDATE projection.checkpoint SET serving = false WHERE name = $1 AND serving', [
    build.name,
  ]);
  await client.query('UPDATE projection.checkpoint SET serving = true WHERE name = $1 AND build = $2', [
    build.name,
    build.label,
  ]);
}
