import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface FreshDatabase {
  /** postgres:// URL with the password. */
  url: string;
  /** Drops it, cutting whatever connections are left. */
  drop(): Promise<void>;
}

/** An empty database of its own on the run's server; about 15 ms. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY wal_log`);
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function serverUrl(): string {
  const url = process.env.TENURE_TEST_POSTGRES;
  if (!url)
    throw new Error(
      'TENURE_TEST_POSTGRES is unset; test/support/global-setup.ts sets it for every run of jest',
    );
  return url;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
