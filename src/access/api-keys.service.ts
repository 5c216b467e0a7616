import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { Keyset, type Page, type PageQuery } from '../http/paging.js';
import { ApiKey } from './api-key.entity.js';
import type { Principal } from './principal.js';
import type { Role } from './role.js';

/** How long a revoked key may still be accepted by another process. */
const CACHED_MS = 5_000;

const byAge = new Keyset('api-keys.age', ['instant', 'uuid']);

/** Issues, finds, lists and revokes API keys. */
@Injectable()
export class ApiKeys {
  private readonly cache = new LRUCache<string, Principal>({ max: 1_000, ttl: CACHED_MS });

  constructor(private readonly dataSource: DataSource) {}

  /** @returns whose key it is; null if it is nobody's, or revoked. Found by its hash, so no comparison leaks its text. */
  async find(key: string): Promise<Principal | null> {
    const hash = hashOf(key);
    const cached = this.cache.get(hash.toString('hex'));
    if (cached) return cached;
    const keys = this.dataSource.getRepository(ApiKey);
    const found = await keys.findOneBy({ hash, revokedAt: IsNull() });
    if (!found) return null;
    const today = new Date().toISOString().slice(0, 10);
    if (found.lastUsedOn !== today) await keys.update({ id: found.id }, { lastUsedOn: today });
    const principal = { id: found.id, role: found.role, name: found.name };
    this.cache.set(hash.toString('hex'), principal);
    return principal;
  }

  /** @returns the new key in clear, this once, and its record */
  async issue(name: string, role: Role, manager: EntityManager = this.dataSource.manager) {
    const key = `tnr_${randomBytes(32).toString('base64url')}`;
    const record = newRecord(randomUUID(), name, role, hashOf(key));
    await manager.insert(ApiKey, record);
    return { key, record };
  }

  /** @returns a page of all keys, revoked ones too, oldest first */
  async list(query: PageQuery): Promise<Page<ApiKey>> {
    const select = this.dataSource.getRepository(ApiKey).createQueryBuilder('key');
    const after = byAge.after(query);
    if (after) select.where('(key.createdAt, key.id) > (:at, :id)', { at: after[0], id: after[1] });
    const rows = await select
      .orderBy('key.createdAt')
      .addOrderBy('key.id')
      .limit(query.limit + 1)
      .getMany();
    return byAge.page(rows, query, (row) => [row.createdAt.toISOString(), row.id]);
  }

  /** Revokes a key; one that is revoked already stays so. @returns why it was not done, if it was not */
  async revoke(id: string): Promise<'revoked' | 'unknown' | 'last-admin'> {
    const outcome = await this.exclusively(async (manager) => {
      const key = await manager.findOneBy(ApiKey, { id });
      if (!key) return 'unknown';
      if (key.revokedAt) return 'revoked';
      const admins = await countAdmins(manager);
      if (key.role === 'admin' && admins === 1) return 'last-admin';
      await manager.update(ApiKey, { id }, { revokedAt: new Date() });
      return 'revoked';
    });
    this.cache.clear();
    return outcome;
  }

  /** Runs work in a transaction in which no other process writes keys: two may start, or revoke, at the same time. */
  exclusively<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE');
      return work(manager);
    });
  }
}

export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export const newRecord = (id: string, name: string, role: Role, hash: Buffer): ApiKey => ({
  ...{ id, name, role, hash },
  ...{ createdAt: new Date(), lastUsedOn: null, revokedAt: null },
});

export const countAdmins = (manager: EntityManager): Promise<number> =>
  manager.countBy(ApiKey, { role: 'admin', revokedAt: IsNull() });
