import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ACCESS_OPTIONS, type AccessOptions } from './access-options.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeys, countAdmins, hashOf, newRecord } from './api-keys.service.js';

/** The key of the environment is always the same principal, whatever its present text. */
export const ENVIRONMENT_KEY_ID = '7e6d1d0c-5f0b-5c3a-9d58-0c1f8a3b7e42';

/** Sees to it, at every start, that there is an admin who can call. */
@Injectable()
export class FirstAdminKey implements OnApplicationBootstrap {
  constructor(
    private readonly keys: ApiKeys,
    @Inject(ACCESS_OPTIONS) private readonly options: AccessOptions,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    const { adminKey } = this.options;
    return this.keys.exclusively((manager) =>
      adminKey === undefined ? this.makeIfNone(manager) : this.adopt(adminKey, manager),
    );
  }

  private async makeIfNone(manager: EntityManager): Promise<void> {
    if ((await countAdmins(manager)) > 0) return;
    const { key } = await this.keys.issue('first admin key', 'admin', manager);
    // Not through the logger: logs are kept and shipped. And before the commit: a key that was made but never shown
    // would lock everybody out, one that was shown but never made is made anew at the next start.
    process.stdout.write(`\nAn admin API key was made. It is shown only this once:\n\n  ${key}\n\n`);
  }

  /** @throws Error if the variable holds a key that was revoked, or one that is not an admin's */
  private async adopt(adminKey: string, manager: EntityManager): Promise<void> {
    if (!/^[\x21-\x7e]+$/.test(adminKey))
      throw new Error('TENURE_ADMIN_KEY must consist of visible ASCII characters, to go into a header');
    const hash = hashOf(adminKey);
    const same = await manager.findOneBy(ApiKey, { hash });
    if (same?.revokedAt) throw new Error('TENURE_ADMIN_KEY is a key that was revoked; set another one');
    if (same && same.role !== 'admin')
      throw new Error(`TENURE_ADMIN_KEY is a key of the role ${same.role}, not of an admin`);
    if (same) return;
    await manager.upsert(ApiKey, newRecord(ENVIRONMENT_KEY_ID, 'TENURE_ADMIN_KEY', 'admin', hash), ['id']);
  }
}
