import { escapeIdentifier, type ClientBase, type Pool } from 'pg';
import { buildsOf, lockKey } from './build.js';
import type { AnyProjection } from './projection.js';
import { inTransaction } from './transaction.js';

interface KeptRow {
  name: string;
  build: string;
  version: number;
  serving: boolean;
}

/** Tables that serve no query and will serve none. */
export interface Pruned {
  readonly name: string;
  readonly build: string;
}

/**
 * Drops what versions, parameters and rebuilds have left behind: every build that does not serve and is not on its way
 * to. One that a process still leads is left to it.
 * @param projections as declared now; a projection that is declared no more keeps only what serves
 */
export function prune(pool: Pool, projections: readonly AnyProjection[]): Promise<Pruned[]> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<KeptRow>(
      'SELECT name, build, version, serving FROM projection.checkpoint FOR UPDATE',
    );
    const wanted = new Set(
      projections.flatMap((projection) => {
        const newest = buildsOf(projection, rows).at(-1);
        return newest ? [keyOf({ name: newest.name, build: newest.label })] : [];
      }),
    );
    const pruned: Pruned[] = [];
    for (const row of rows) {
      if (row.serving || wanted.has(keyOf(row)) || !(await isFree(client, row))) continue;
      await dropBuild(client, { name: row.name, label: row.build });
      pruned.push({ name: row.name, build: row.build });
    }
    return pruned;
  });
}

const keyOf = ({ name, build }: Pruned): string => `${name} ${build}`;

/** The lock is kept to the end of the transaction, so that nobody takes the lead meanwhile. */
async function isFree(client: ClientBase, { name, build }: Pruned): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS free', [
    lockKey({ name, label: build }),
  ]);
  return rows[0]?.free === true;
}

/** Drops the tables of a build with its checkpoint, inside the caller's transaction. No view may read them any more. */
export async function dropBuild(
  client: ClientBase,
  { name, label }: { name: string; label: string },
): Promise<void> {
  const { rows } = await client.query<{ tables: string[] }>(
    'DELETE FROM projection.checkpoint WHERE name = $1 AND build = $2 RETURNING tables',
    [name, label],
  );
  for (const table of rows[0]?.tables ?? []) {
    await client.query(`DROP TABLE IF EXISTS projection.${escapeIdentifier(`${table}_${label}`)}`);
  }
  await client.query('DELETE FROM projection.cross_fill WHERE name = $1 AND build = $2', [name, label]);
  await client.query('DELETE FROM projection.parked_event WHERE name = $1 AND build = $2', [name, label]);
}
