import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { DataSource } from 'typeorm';
import { ClientDecisions } from '../../src/client/change-client.js';
import { clientStream } from '../../src/client/client.events.js';
import { openRuntime } from '../../src/embedded/embedded-runtime.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import { importHistories } from '../../src/importing/importer.js';
import { shippedLapsePolicy } from '../../src/policy/lapse-policy.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { MasterKeys } from '../../src/privacy/master-keys.js';
import { CreateClientKey1795910400000 } from '../../src/privacy/migrations/create-client-key.js';

/**
 * The import of client histories against the bare client library appending the same events: as many streams, as many
 * events a stream, one append a stream, in the same run on the same servers, round about. Both begin with what a program
 * would have in hand: the import with the bytes of a file, the bare client with objects.
 *
 *     npx tsc -p test/bench && node dist/test/bench/import.bench.js [clients] [rounds]
 */
const [clients = 600, rounds = 5] = process.argv.slice(2).map(Number);
const EVENTS = 100;
const IN_FLIGHT = 32;
const DAY = 86_400_000;
const START = Date.UTC(2023, 0, 2, 9);
const now = new Date(START + (EVENTS + 1) * 7 * DAY).toISOString();

/** A life of 100 facts, one a week, none of which leads to another. */
function* life(client: number): Generator<object> {
  const clientRef = `C-${client}`;
  for (let week = 0; week < EVENTS; week++) {
    const occurredAt = new Date(START + week * 7 * DAY + (client % 500) * 60_000).toISOString();
    const common = { clientRef, occurredAt };
    const complaintRef = `K-${week - (week % 50)}`;
    if (week === 0)
      yield {
        ...{
          type: 'converted',
          ...common,
          name: `Ada Lovelace ${client}`,
          email: `ada${client}@example.com`,
        },
        ...{ source: 'referral', channel: 'phone', clientType: 'residential', trade: 'cleaning' },
      };
    else if (week % 50 === 20)
      yield { type: 'complained', ...common, complaintRef, category: 'quality', description: 'streaks' };
    else if (week % 50 === 21)
      yield { type: 'resolved', ...common, complaintRef, remedy: 'revisit', satisfaction: 4 };
    else if (week === 30) yield { type: 'noted', ...common, text: 'key under the mat, the dog is friendly' };
    else
      yield {
        ...{ type: 'serviced', ...common, serviceRef: `J-${client}-${week}`, serviceType: 'regular clean' },
        ...{ technician: 'JJ', amountMinor: 8_200 + week, currency: 'CAD', rating: 1 + (week % 5) },
      };
  }
}

function fileOf(count: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let client = 0; client < count; client++)
    pieces.push(Buffer.from([...life(client)].map((fact) => `${JSON.stringify(fact)}\n`).join('')));
  const whole = Buffer.concat(pieces);
  return Array.from({ length: Math.ceil(whole.length / 65_536) }, (_, piece) =>
    whole.subarray(piece * 65_536, (piece + 1) * 65_536),
  );
}

async function* streamed(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield piece;
    await new Promise(setImmediate);
  }
}

interface Stored {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

const dataDir = await mkdtemp(join(tmpdir(), 'tenure-bench-'));
const runtime = await openRuntime({ dataDir, attach: false, log: () => undefined });
const database = await new DataSource({
  ...{ type: 'postgres', url: runtime.databaseUrl, migrations: [CreateClientKey1795910400000] },
}).initialize();
await database.runMigrations();
const keys = new ClientKeys(database, await MasterKeys.inFile(join(dataDir, 'master.key')));
const store = new EventStore(runtime.eventStoreUrl);
const bare = EventStoreDBClient.connectionString(runtime.eventStoreUrl);

async function importOnce(pieces: readonly Buffer[], source: string): Promise<number> {
  const started = performance.now();
  const report = await importHistories({
    ...{ input: streamed(pieces), source, runner: new ClientDecisions(store, keys) },
    ...{ blind: keys.blind.bind(keys), databaseUrl: runtime.databaseUrl, policy: shippedLapsePolicy, now },
    ...(process.env.PHASES ? { onProgress: phases(started) } : {}),
  });
  const seconds = (performance.now() - started) / 1_000;
  if (report.refused > 0 || report.recorded !== report.lines)
    throw new Error(`not all was recorded: ${JSON.stringify(report.refusedLines.slice(0, 3))}`);
  return report.events / seconds;
}

const phases = (started: number) => {
  let told = false;
  return ({ phase }: { phase: string }) => {
    if (phase === 'reading' || told) return;
    told = true;
    console.log(`  read after ${((performance.now() - started) / 1_000).toFixed(2)} s`);
  };
};

async function appendBare(streams: readonly (readonly Stored[])[], name: string, withMetadata: boolean) {
  const started = performance.now();
  let next = 0;
  let events = 0;
  const worker = async () => {
    for (let index = next++; index < streams.length; index = next++) {
      const batch = (streams[index] as Stored[]).map(({ type, data, metadata }) =>
        jsonEvent(withMetadata ? { type, data, metadata } : { type, data }),
      );
      await bare.appendToStream(`${name}-${index}`, batch, { expectedRevision: NO_STREAM });
      events += batch.length;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return events / ((performance.now() - started) / 1_000);
}

/** What an import has stored, for the bare client to store again. */
async function storedBy(source: string): Promise<Stored[][]> {
  const ids = new ImportIds(source);
  const streams: Stored[][] = [];
  for (let client = 0; client < clients; client++) {
    const events = await store.readStream(clientStream(ids.client(`C-${client}`).id));
    streams.push(events.flatMap(({ event }) => (event ? [event as unknown as Stored] : [])));
  }
  return streams;
}

const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;

try {
  const file = fileOf(clients);
  await importOnce(file, 'warm');
  const streams = await storedBy('warm');
  const bytes = JSON.stringify(streams[0]?.map(({ type, data, metadata }) => ({ type, data, metadata }))).length / EVENTS;
  console.log(
    `${clients} clients, ${streams.flat().length} events, some ${Math.round(bytes)} bytes an event with metadata`,
  );
  await appendBare(streams, 'warm', true);
  const results = { imported: [] as number[], bare: [] as number[], bareWithMetadata: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const one = await appendBare(streams, `bare-${round}`, false);
    const other = await appendBare(streams, `meta-${round}`, true);
    const ours = await importOnce(file, `round-${round}`);
    results.bare.push(one);
    results.bareWithMetadata.push(other);
    results.imported.push(ours);
    console.log(
      `bare ${Math.round(one)}/s, bare with our metadata ${Math.round(other)}/s, import ${Math.round(ours)}/s: ${(ours / one).toFixed(2)} ×, ${(ours / other).toFixed(2)} ×`,
    );
  }
  const imported = median(results.imported);
  console.log(
    `median: ${(imported / median(results.bare)).toFixed(2)} × bare, ${(imported / median(results.bareWithMetadata)).toFixed(2)} × bare with our metadata`,
  );
} finally {
  await bare.dispose();
  await store.close();
  await database.destroy();
  await runtime.close();
  await rm(dataDir, { recursive: true, force: true });
}
