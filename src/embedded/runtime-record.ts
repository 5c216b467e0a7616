import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the owner of a data directory tells other processes, in `runtime.json` there. */
export interface RuntimeRecord {
  pid: number;
  /** The database session that holds the directory's lock; a record of any other session is stale. */
  session: number;
  /** Of the embedded node; null when the owner uses a server of its own. */
  eventStoreUrl: string | null;
  /** Whether the owner keeps its read models in the embedded PostgreSQL. */
  embeddedDatabase: boolean;
  startedAt: string;
}

const fileIn = (dataDir: string) => join(dataDir, 'runtime.json');

export async function writeRuntimeRecord(dataDir: string, record: RuntimeRecord): Promise<void> {
  const draft = `${fileIn(dataDir)}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, fileIn(dataDir));
}

/** @returns undefined when there is none that can be read: it is being replaced, or a crash left half of it */
export async function readRuntimeRecord(dataDir: string): Promise<RuntimeRecord | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(dataDir), 'utf8')) as RuntimeRecord;
  } catch {
    return undefined;
  }
}

export async function removeRuntimeRecord(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}
