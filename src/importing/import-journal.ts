import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Instant } from '../schema/instant.js';
import type { RefusedLine } from './client-fact.js';
import type { ImportProgress, ImportReport } from './import-report.js';

/** Of the refused lines of an import, so many are kept one by one; all are counted. */
const REFUSALS_KEPT = 100_000;

/** What comes of uploaded imports: written down while they run, so that any process can tell, also after a restart. */
@Injectable()
export class ImportJournal {
  constructor(private readonly database: DataSource) {}

  /** Begins an import, or begins one anew that was broken off. */
  async begin(id: string, at: Instant): Promise<void> {
    await this.database.query('DELETE FROM import_refusal WHERE import_id = $1', [id]);
    await this.database.query(
      `UPDATE import SET state = 'running', started_at = coalesce(started_at, $2), progress = NULL WHERE id = $1`,
      [id, at],
    );
  }

  async progress(id: string, progress: ImportProgress): Promise<void> {
    await this.database.query('UPDATE import SET progress = $2 WHERE id = $1', [
      id,
      JSON.stringify(progress),
    ]);
  }

  async refused(id: string, lines: readonly RefusedLine[]): Promise<void> {
    await this.database.query(
      `INSERT INTO import_refusal (import_id, line, reason)
       SELECT $1, line, reason FROM unnest($2::bigint[], $3::text[]) AS given (line, reason)
        WHERE (SELECT count(*) FROM import_refusal WHERE import_id = $1) < $4 ON CONFLICT DO NOTHING`,
      [id, lines.map(({ line }) => line), lines.map(({ reason }) => reason), REFUSALS_KEPT],
    );
  }

  async finish(id: string, report: ImportReport, at: Instant): Promise<void> {
    const { refusedLines: _one_by_one, position, ...figures } = report;
    const kept = { ...figures, position: position === null ? null : String(position) };
    await this.end(id, 'finished', at, { report: JSON.stringify(kept), failure: null });
  }

  /** @param failure why, in words for whoever sent the file */
  async fail(id: string, failure: string, at: Instant): Promise<void> {
    await this.end(id, 'failed', at, { report: null, failure });
  }

  /** The file goes, and its key with it. */
  private async end(
    id: string,
    state: 'finished' | 'failed',
    at: Instant,
    { report, failure }: { report: string | null; failure: string | null },
  ): Promise<void> {
    await this.database.transaction(async (manager) => {
      await manager.query('DELETE FROM import_piece WHERE import_id = $1', [id]);
      await manager.query(
        `UPDATE import SET state = $2, ended_at = $3, report = $4, failure = $5, wrapped = NULL, master_key_id = NULL
          WHERE id = $1`,
        [id, state, at, report, failure],
      );
    });
  }
}
