import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { MasterKeys } from '../../src/privacy/master-keys.js';
import { CreateClientKey1795910400000 } from '../../src/privacy/migrations/create-client-key.js';

export interface FreshKeys {
  readonly keys: ClientKeys;
  readonly database: DataSource;
  close(): Promise<void>;
}

/** The keys of clients in a database of its own choosing, whose table is made if it is not there. */
export async function clientKeysIn(
  databaseUrl: string,
  master: Buffer = randomBytes(32),
  masters: MasterKeys = MasterKeys.given(master),
): Promise<FreshKeys> {
  const migrations = [CreateClientKey1795910400000];
  const database = await new DataSource({ type: 'postgres', url: databaseUrl, migrations }).initialize();
  await database.runMigrations();
  return { keys: new ClientKeys(database, masters), database, close: () => database.destroy() };
}
