import type { DataSource } from 'typeorm';

/** @returns the absorbed clients of merges, or of undoings of merges, that were broken off after their first half */
export async function unfinishedMerges(database: DataSource, limit: number): Promise<string[]> {
  const rows: { absorbed_id: string }[] = await database.query(
    `SELECT absorbed_id FROM client_merge WHERE status IN ('sealed', 'released') ORDER BY absorbed_id LIMIT $1`,
    [limit],
  );
  return rows.map(({ absorbed_id }) => absorbed_id);
}
