import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from './role.js';

/** A key by which a program calls the API. Of the key itself only its hash is kept. */
@Entity('api_key')
export class ApiKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: Role;

  /** SHA-256 of the key, which is random enough to need no salt and no slow hash */
  @Column('bytea')
  hash!: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  /** UTC day of the last use; a day is enough to tell a key that nobody uses any more */
  @Column('date', { name: 'last_used_on', nullable: true })
  lastUsedOn!: string | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt!: Date | null;
}
