import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { backupEventLog } from '../embedded/event-log/backup-event-log.js';
import { readManifest } from '../embedded/event-log/backup-manifest.js';
import { openEventLog, type EventLog } from '../embedded/event-log/open-event-log.js';
import { restoreEventLog } from '../embedded/event-log/restore-event-log.js';
import { serveEventStore } from '../embedded/event-log/serve-event-store.js';
import { counted, progressLine } from './progress-line.js';

/** What a command on the event store works with. */
export interface Surroundings {
  readonly config: Config;
  readonly dataDir: string;
  /** aborted at the first SIGINT or SIGTERM */
  readonly signal: AbortSignal;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** `eventstore serve`. @returns 0 when it was interrupted; throws when the node or its database dies */
export async function serve(port: number, { dataDir, signal, out }: Surroundings): Promise<number> {
  const log = (line: string) => out.write(`${line}\n`);
  const served = await serveEventStore({ dataDir, port, log });
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
  });
  out.write(`Serving ${served.url} from ${dataDir}\n`);
  try {
    await Promise.race([interrupted, served.failed]);
  } finally {
    await served.close();
  }
  out.write('Closed\n');
  return 0;
}

/** `eventstore backup DIR`. @returns 0; throws when there is no whole backup */
export async function backup(directory: string, surroundings: Surroundings): Promise<number> {
  const { signal, out } = surroundings;
  return withEventLog(surroundings, async ({ databaseUrl }) => {
    const line = progressLine(out);
    const onProgress = (count: number) => line.show(() => `${counted(count)} records backed up`);
    const options = { databaseUrl, directory, signal, onProgress };
    const { records, bytes } = await backupEventLog(options).finally(line.end);
    const size = `${(bytes / 1e6).toFixed(1)} MB unpacked`;
    out.write(`Backed up positions 1 to ${records} (${size}), every record checked, to ${directory}\n`);
    return 0;
  });
}

/** `eventstore restore DIR`. @returns 0; throws when nothing was restored */
export async function restore(directory: string, surroundings: Surroundings): Promise<number> {
  const { config, dataDir, signal, out } = surroundings;
  refuseForeignStore(config);
  await readManifest(directory);
  const eventLog = await openEventLog({ dataDir, attach: false, log: () => undefined });
  try {
    const line = progressLine(out);
    const onProgress = (count: number) => line.show(() => `${counted(count)} records loaded`);
    const options = { ...eventLog, directory, signal, onProgress };
    const records = await restoreEventLog(options).finally(line.end);
    out.write(`Restored positions 1 to ${records}, every record checked, into ${dataDir}\n`);
    return 0;
  } finally {
    await eventLog.close();
  }
}

/** Runs work on the embedded log of a data directory that has one, beside a running Tenure or without one. */
export async function withEventLog(
  { config, dataDir }: Surroundings,
  work: (eventLog: EventLog) => Promise<number>,
): Promise<number> {
  refuseForeignStore(config);
  await insistOnLog(dataDir);
  const { databaseUrl } = config;
  const eventLog = await openEventLog({ dataDir, databaseUrl, attach: true, log: () => undefined });
  try {
    return await work(eventLog);
  } finally {
    await eventLog.close();
  }
}

/** A command that looks for a log must not make an empty one. */
export async function insistOnLog(dataDir: string): Promise<void> {
  await access(join(dataDir, 'postgres')).catch(() => {
    throw new Error(`There is no event log under ${dataDir}.`);
  });
}

function refuseForeignStore({ eventStoreUrl }: Config): void {
  if (eventStoreUrl)
    throw new Error(
      'EVENTSTORE_URL names a server with means of its own for this; this command is for the embedded one.',
    );
}
