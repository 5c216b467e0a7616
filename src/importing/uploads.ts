import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v4 as uuidv4 } from 'uuid';
import { CommandIdReused } from '../event-store/decision-runner.js';
import { Problem } from '../http/problem.js';
import { decrypt, encrypt, newKey, unwrap, wrap } from '../privacy/key-wrap.js';
import { MasterKeys } from '../privacy/master-keys.js';
import type { Instant } from '../schema/instant.js';
import type { ImportFormat } from './import-record.js';

/** What is asked for with an upload. */
export interface Upload {
  readonly source: string;
  /** found out by the first character of the file where it is null */
  readonly format: ImportFormat | null;
  readonly dryRun: boolean;
  /** id of the caller, and its name for this upload, by which it may be repeated */
  readonly by: string;
  readonly idempotencyKey: string | undefined;
  readonly at: Instant;
}

/** An import that is to be done. */
export interface PendingImport extends Pick<Upload, 'source' | 'format' | 'dryRun'> {
  readonly id: string;
  readonly receivedAt: Instant;
}

const PIECE_BYTES = 262_144;

/**
 * Uploaded files on their way in. They lie in PostgreSQL, where every process can reach them, sealed under a key of their
 * own, which goes with them: a file full of personal data must not outlive its import, not even in a backup.
 */
@Injectable()
export class Uploads {
  constructor(
    private readonly database: DataSource,
    private readonly masters: MasterKeys,
  ) {}

  /**
   * Takes in a file, all of it or nothing.
   * @returns the import's id; that of the first upload where the same file was sent under the same key before
   * @throws CommandIdReused where another file was, what the body throws when it breaks off, UnknownMasterKey
   */
  receive(body: AsyncIterable<Buffer>, upload: Upload): Promise<{ id: string }> {
    return this.database.transaction(async (manager) => {
      const key = newKey();
      const id = uuidv4();
      const { current } = this.masters;
      // Waits for another upload under the same key, so that the two do not become two imports.
      const begun: unknown[] = await manager.query(
        `INSERT INTO import (id, source, format, dry_run, received_by, idempotency_key, received_at, wrapped, master_key_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (received_by, idempotency_key) DO NOTHING RETURNING id`,
        [
          ...[id, upload.source, upload.format, upload.dryRun, upload.by, upload.idempotencyKey ?? null],
          ...[upload.at, wrap(current, id, key), current.id],
        ],
      );
      const hash = createHash('sha256').update(JSON.stringify([upload.source, upload.format, upload.dryRun]));
      let [number, bytes] = [0, 0];
      for await (const piece of inPieces(body)) {
        hash.update(piece);
        bytes += piece.length;
        if (begun.length === 0) continue;
        await manager.query('INSERT INTO import_piece (import_id, number, sealed) VALUES ($1, $2, $3)', [
          ...[id, number, encrypt(key, `${id}/${number}`, piece)],
        ]);
        number++;
      }
      if (bytes === 0)
        throw Problem.badRequest([{ path: 'body', message: 'is empty; send a file of NDJSON or CSV' }]);
      const fingerprint = hash.digest('hex');
      if (begun.length === 0) return this.repeated(manager, upload, fingerprint);
      await manager.query('UPDATE import SET bytes = $2, fingerprint = $3 WHERE id = $1', [
        id,
        bytes,
        fingerprint,
      ]);
      return { id };
    });
  }

  private async repeated(manager: EntityManager, upload: Upload, fingerprint: string) {
    const [first]: { id: string; fingerprint: string }[] = await manager.query(
      'SELECT id, fingerprint FROM import WHERE received_by = $1 AND idempotency_key = $2',
      [upload.by, upload.idempotencyKey],
    );
    if (first?.fingerprint !== fingerprint) throw new CommandIdReused();
    return { id: first.id };
  }

  /** @returns the oldest import that has not come to its end; null if there is none */
  async next(): Promise<PendingImport | null> {
    const [row]: (Omit<PendingImport, 'receivedAt'> & { receivedAt: Date })[] = await this.database.query(
      `SELECT id, source, format, dry_run AS "dryRun", received_at AS "receivedAt" FROM import
        WHERE state IN ('received', 'running') ORDER BY received_at, id LIMIT 1`,
    );
    return row ? { ...row, receivedAt: row.receivedAt.toISOString() } : null;
  }

  /** @returns the bytes of the file. @throws UnknownMasterKey */
  async *file(id: string): AsyncGenerator<Buffer> {
    const [row]: { wrapped: Buffer; master_key_id: string }[] = await this.database.query(
      'SELECT wrapped, master_key_id FROM import WHERE id = $1',
      [id],
    );
    if (!row) return;
    const key = unwrap(await this.masters.find(row.master_key_id), id, row.wrapped);
    for (let number = 0; ; number++) {
      const [piece]: { sealed: Buffer }[] = await this.database.query(
        'SELECT sealed FROM import_piece WHERE import_id = $1 AND number = $2',
        [id, number],
      );
      if (!piece) return;
      yield decrypt(key, `${id}/${number}`, piece.sealed);
    }
  }
}

async function* inPieces(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    gathered.push(chunk);
    size += chunk.length;
    if (size < PIECE_BYTES) continue;
    yield Buffer.concat(gathered);
    [gathered, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(gathered);
}
