import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient } from '@eventstore/db-client';
import { DataSource } from 'typeorm';
import { ClientDecisions } from '../../src/client/change-client.js';
import { openRuntime, type Runtime } from '../../src/embedded/embedded-runtime.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { importHistories } from '../../src/importing/importer.js';
import type { ImportReport } from '../../src/importing/import-report.js';
import { shippedLapsePolicy } from '../../src/policy/lapse-policy.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { MasterKeys } from '../../src/privacy/master-keys.js';

const ADMIN_KEY = 'the-key-of-a-benchmark-that-is-thrown-away';
/** No fact of the benchmark lies after it. */
export const NOW = '2026-06-01T00:00:00.000Z';

/**
 * What everything is measured on: the embedded event store and PostgreSQL on a disk, the API in a process of its own, the
 * bare client library beside them.
 */
export class BenchWorld {
  private server: ChildProcess | undefined;
  private base = '';

  private constructor(
    readonly runtime: Runtime,
    readonly database: DataSource,
    readonly store: EventStore,
    readonly bare: EventStoreDBClient,
    readonly keys: ClientKeys,
    private readonly masterKey: string,
    private readonly directory: string,
  ) {}

  static async open(): Promise<BenchWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'tenure-bench-'));
    const runtime = await openRuntime({ dataDir: directory, attach: false, log: () => undefined });
    const database = await new DataSource({ type: 'postgres', url: runtime.databaseUrl }).initialize();
    const masterKey = randomBytes(32).toString('base64');
    const keys = new ClientKeys(database, MasterKeys.given(Buffer.from(masterKey, 'base64')));
    const store = new EventStore(runtime.eventStoreUrl);
    const bare = EventStoreDBClient.connectionString(runtime.eventStoreUrl);
    const world = new BenchWorld(runtime, database, store, bare, keys, masterKey, directory);
    // Its first start makes the tables that the import needs.
    await world.serve();
    return world;
  }

  /** @returns decisions that know of no client yet */
  decisions(): ClientDecisions {
    return new ClientDecisions(this.store, this.keys);
  }

  import(input: AsyncIterable<Buffer>, source: string): Promise<ImportReport> {
    return importHistories({
      ...{ input, source, runner: this.decisions(), blind: this.keys.blind.bind(this.keys) },
      ...{ databaseUrl: this.runtime.databaseUrl, policy: shippedLapsePolicy, now: NOW },
    });
  }

  /** Starts the API in a process of its own, as `npm start` does. */
  async serve(): Promise<void> {
    const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
    const server = spawn(process.execPath, [main], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...{ PATH: process.env.PATH, PORT: '0', LOG_FORMAT: 'json', TENURE_CLOCK_SECONDS: '0' },
        ...{ TENURE_ADMIN_KEY: ADMIN_KEY, TENURE_MASTER_KEY: this.masterKey },
        ...{ EVENTSTORE_URL: this.runtime.eventStoreUrl, DATABASE_URL: this.runtime.databaseUrl },
      },
    });
    this.server = server;
    this.base = await new Promise<string>((resolve, reject) => {
      server.stdout.on('data', (chunk: Buffer) => {
        const [, url] = /listens on (http:\/\/[^\s,"]+)/.exec(chunk.toString()) ?? [];
        if (url) resolve(url);
      });
      server.once('exit', (code) => reject(new Error(`the API ended with ${code}`)));
    });
  }

  async stopServing(): Promise<void> {
    if (!this.server) return;
    this.server.kill('SIGTERM');
    await once(this.server, 'exit');
    this.server = undefined;
  }

  /** @returns the most memory that the process of the API has held, in MiB */
  async peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.server?.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
  }

  get target(): { base: string; headers: Record<string, string> } {
    return { base: `${this.base}/api/v1`, headers: { Authorization: `Bearer ${ADMIN_KEY}` } };
  }

  /** @returns the JSON of an answer. @throws Error unless it is a success */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const { base, headers } = this.target;
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: body ? { ...headers, 'Content-Type': 'application/json' } : headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Waits until every read model that serves has seen all that is in the log. @returns how many there are */
  async caughtUp(): Promise<number> {
    const tail = await this.store.tail();
    for (;;) {
      const [{ behind, all }]: [{ behind: number; all: number }] = await this.database.query(
        `SELECT count(*) FILTER (WHERE position IS NULL OR position < $1)::int AS behind, count(*)::int AS all
           FROM projection.checkpoint WHERE serving`,
        [String(tail ?? 0n)],
      );
      if (behind === 0) return all;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async close(): Promise<void> {
    await this.stopServing();
    await this.bare.dispose();
    await this.store.close();
    await this.database.destroy();
    await this.runtime.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
