import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import type { Held } from './projection.js';

/** How far the crosses of a build are filled (cross-fill.ts). */
export const CROSS_FILL_TABLE = `
  CREATE TABLE IF NOT EXISTS projection.cross_fill (
    name text NOT NULL,
    build text NOT NULL,
    table_name text NOT NULL,
    filled jsonb NOT NULL,
    filling jsonb,
    cursor uuid,
    steps integer NOT NULL,
    PRIMARY KEY (name, build, table_name))`;

/** A fill that is not over: what the rows up to some key are crossed with already, and what the others still are. */
export interface FillUnderWay {
  readonly filled: Held;
  readonly filling: Held;
  /** about what share of the rows is done, 0 to 1: by where the keys lie, which are spread evenly */
  readonly share: number;
}

/** @returns how the cross that queries read is being filled; null when it is complete */
export async function fillUnderWay(
  manager: EntityManager,
  projection: string,
  table: string,
): Promise<FillUnderWay | null> {
  const [row] = await manager.query<{ filled: Held; filling: Held; cursor: string | null }[]>(
    `SELECT filled, filling, cursor FROM projection.cross_fill JOIN projection.checkpoint USING (name, build)
      WHERE name = $1 AND table_name = $2 AND serving AND filling IS NOT NULL`,
    [projection, table],
  );
  if (!row) return null;
  return { filled: row.filled, filling: row.filling, share: shareUpTo(row.cursor) };
}

/** @returns the keys of the rows of a table that a fill brings in, drops, or has otherwise than before */
export function changedIn(
  { filled, filling }: Pick<FillUnderWay, 'filled' | 'filling'>,
  table: string,
): string[] {
  const [before, after] = [filled[table] ?? {}, filling[table] ?? {}];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

/** @returns about what share of random UUIDs is not beyond the cursor, 0 to 1, in hundredths */
export const shareUpTo = (cursor: string | null): number =>
  cursor === null ? 0 : Math.round((parseInt(cursor.slice(0, 8), 16) / 2 ** 32) * 100) / 100;
