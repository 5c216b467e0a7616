import { InstantField, OneOf, Text, Uuid } from '../schema/fields.js';
import type { ApiKey } from './api-key.entity.js';
import { ROLES, type Role } from './role.js';

export class NewApiKey {
  @Text({ about: 'what the key is for', example: 'front desk', max: 100 })
  name!: string;

  @OneOf(ROLES, { about: 'what it may do' })
  role!: Role;
}

/** What is shown of a key; the key itself is not kept. */
export class ApiKeyRecord {
  @Uuid({ about: 'id of the key, which is recorded as the actor of what is done with it' })
  id!: string;

  @Text({ about: 'what the key is for' })
  name!: string;

  @OneOf(ROLES, { about: 'what it may do' })
  role!: Role;

  @InstantField({ about: 'when it was made' })
  createdAt!: string;

  @Text({ about: 'UTC day on which it was last used', example: '2026-11-22', optional: true })
  lastUsedOn?: string;

  @InstantField({ about: 'when it was revoked', optional: true })
  revokedAt?: string;

  static of({ id, name, role, createdAt, lastUsedOn, revokedAt }: ApiKey): ApiKeyRecord {
    return {
      ...{ id, name, role, createdAt: createdAt.toISOString() },
      ...(lastUsedOn === null ? {} : { lastUsedOn }),
      ...(revokedAt === null ? {} : { revokedAt: revokedAt.toISOString() }),
    };
  }
}

export class IssuedApiKey extends ApiKeyRecord {
  @Text({ about: 'the key itself, shown only in this answer', example: 'tnr_…' })
  key!: string;
}
