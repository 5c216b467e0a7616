import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { CLIENT_STREAMS, clientIdOf } from '../client/client.events.js';
import { sha256 } from '../event-store/hash-chain.js';
import type { SubjectKey, SubjectKeys } from '../event-store/subject-keys.js';
import { newKey, unwrap, wrap } from './key-wrap.js';
import { MasterKeys } from './master-keys.js';

const REMEMBERED = 200_000;
/** How long, in ms, a key is used without looking whether another process has destroyed it. */
const TRUSTED_FOR = 10_000;
const AT_ONCE = 1_000;

interface KeyRow {
  client_id: string;
  wrapped: Buffer | null;
  master_key_id: string | null;
}

/**
 * The keys of clients: 32 random bytes each, kept in PostgreSQL, wrapped by the master key. What is asked for in one turn
 * of the loop is fetched in one query.
 */
@Injectable()
export class ClientKeys implements SubjectKeys {
  private readonly known = new LRUCache<string, { readonly key: SubjectKey; readonly at: number }>({
    max: REMEMBERED,
  });
  private readonly loader = new DataLoader<string, SubjectKey>((ids) => this.load(ids), {
    cache: false,
    maxBatchSize: AT_ONCE,
  });
  private readonly maker = new DataLoader<string, SubjectKey>((ids) => this.make(ids), {
    cache: false,
    maxBatchSize: AT_ONCE,
  });

  constructor(
    private readonly database: DataSource,
    private readonly masters: MasterKeys,
  ) {}

  subjectOf(stream: string): string | null {
    return stream.startsWith(CLIENT_STREAMS) ? clientIdOf(stream) : null;
  }

  peek(clientId: string): SubjectKey | undefined {
    return this.known.get(clientId)?.key;
  }

  /** @throws UnknownMasterKey, or what the database throws; like all that fetch */
  async fetch(clientIds: readonly string[]): Promise<void> {
    const stale = clientIds.filter((id) => !this.isTrusted(id));
    await Promise.all(stale.map(async (id) => this.remember(id, await this.loader.load(id))));
  }

  async provide(clientId: string): Promise<void> {
    if (!this.isTrusted(clientId)) this.remember(clientId, await this.maker.load(clientId));
  }

  /**
   * A fingerprint of something that may be personal, which nobody can guess at without the client's key.
   * @param make whether the client is about to be, and may have no key yet
   */
  async blind(clientId: string, value: unknown, make: boolean): Promise<string> {
    await (make ? this.provide(clientId) : this.fetch([clientId]));
    const key = this.peek(clientId);
    return Buffer.isBuffer(key)
      ? createHmac('sha256', key).update(sha256(value)).digest('hex')
      : sha256(value);
  }

  /** The point of no return: whatever was stored under these keys can be read by nobody any more. */
  async destroy(clientIds: readonly string[]): Promise<void> {
    await this.database.query(
      `INSERT INTO client_key (client_id, destroyed_at) SELECT unnest($1::uuid[]), now()
        ON CONFLICT (client_id) DO UPDATE SET wrapped = NULL, master_key_id = NULL, destroyed_at = now()
          WHERE client_key.destroyed_at IS NULL`,
      [clientIds],
    );
    for (const id of clientIds) this.remember(id, null);
  }

  /** @returns clients whose key was destroyed and of whom no stream says so yet */
  async unrecordedErasures(limit: number): Promise<string[]> {
    const rows: { client_id: string }[] = await this.database.query(
      `SELECT client_id FROM client_key WHERE destroyed_at IS NOT NULL AND erasure_recorded_at IS NULL
        ORDER BY client_id LIMIT $1`,
      [limit],
    );
    return rows.map(({ client_id }) => client_id);
  }

  async erasureRecorded(clientId: string): Promise<void> {
    await this.database.query('UPDATE client_key SET erasure_recorded_at = now() WHERE client_id = $1', [
      clientId,
    ]);
  }

  /** @returns how many keys are wrapped by which master key */
  async countByMaster(): Promise<{ masterKeyId: string | null; keys: number }[]> {
    return this.database.query(
      `SELECT master_key_id AS "masterKeyId", count(*)::int AS keys FROM client_key GROUP BY 1 ORDER BY 1`,
    );
  }

  /** Wraps some keys anew that another master key wraps. @returns how many; 0 when none is left */
  async rewrapSome(): Promise<number> {
    const { current } = this.masters;
    return this.database.transaction(async (manager) => {
      const rows: KeyRow[] = await manager.query(
        `SELECT client_id, wrapped, master_key_id FROM client_key
          WHERE master_key_id IS NOT NULL AND master_key_id <> $1 LIMIT $2 FOR UPDATE SKIP LOCKED`,
        [current.id, AT_ONCE],
      );
      const keys = await Promise.all(rows.map((row) => this.unwrapped(row)));
      const wrapped = rows.map(({ client_id }, index) => wrap(current, client_id, keys[index] as Buffer));
      await manager.query(
        `UPDATE client_key SET wrapped = given.wrapped, master_key_id = $3
           FROM unnest($1::uuid[], $2::bytea[]) AS given (client_id, wrapped)
          WHERE client_key.client_id = given.client_id`,
        [rows.map(({ client_id }) => client_id), wrapped, current.id],
      );
      return rows.length;
    });
  }

  private isTrusted(clientId: string): boolean {
    const known = this.known.get(clientId);
    // A destroyed key does not come back; one that is missing may be made by another process at any moment.
    if (known === undefined || known.key === 'missing') return false;
    return known.key === null || performance.now() - known.at < TRUSTED_FOR;
  }

  /** A key is missing, then made, then destroyed: an answer that was overtaken on its way takes nothing back. */
  private remember(clientId: string, key: SubjectKey): void {
    const before = this.peek(clientId);
    if (before === null || (Buffer.isBuffer(before) && key === 'missing')) return;
    this.known.set(clientId, { key, at: performance.now() });
  }

  private async load(clientIds: readonly string[]): Promise<SubjectKey[]> {
    const rows: KeyRow[] = await this.database.query(
      'SELECT client_id, wrapped, master_key_id FROM client_key WHERE client_id = ANY($1)',
      [clientIds],
    );
    const byId = new Map(rows.map((row) => [row.client_id, row]));
    return Promise.all(
      clientIds.map(async (id): Promise<SubjectKey> => {
        const row = byId.get(id);
        return row ? this.unwrapped(row) : 'missing';
      }),
    );
  }

  private async make(clientIds: readonly string[]): Promise<SubjectKey[]> {
    const { current } = this.masters;
    const wrapped = clientIds.map((id) => wrap(current, id, newKey()));
    await this.database.query(
      `INSERT INTO client_key (client_id, wrapped, master_key_id)
       SELECT *, $3 FROM unnest($1::uuid[], $2::bytea[]) ON CONFLICT DO NOTHING`,
      [clientIds, wrapped, current.id],
    );
    return this.load(clientIds);
  }

  private async unwrapped({ client_id, wrapped, master_key_id }: KeyRow): Promise<Buffer | null> {
    if (wrapped === null || master_key_id === null) return null;
    return unwrap(await this.masters.find(master_key_id), client_id, wrapped);
  }
}
