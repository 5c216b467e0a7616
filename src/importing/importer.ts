import { setTimeout as delay } from 'node:timers/promises';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import type { ClientState } from '../client/client.slices.js';
import { clientStream, type ClientEvent } from '../client/client.events.js';
import type { LapsePolicy } from '../policy/lapse-policy.js';
import type { DecisionRunner } from '../event-store/decision-runner.js';
import { Rejection } from '../event-store/decider.js';
import { EventStoreUnavailable } from '../event-store/event-store.js';
import { sha256 } from '../event-store/hash-chain.js';
import type { Instant } from '../schema/instant.js';
import type { NumberedFact, RefusedLine } from './client-fact.js';
import { importClient, type ImportedClient } from './import-client.decision.js';
import { ImportIds } from './import-ids.js';
import { readImportLine } from './import-line.js';
import { ImportFailed, ImportTally, type ImportProgress, type ImportReport } from './import-report.js';
import type { ImportFormat } from './import-record.js';
import { recordsOf } from './records.js';
import { Spool, type ClientChunk, type SpooledLine } from './spool.js';
import { unzipIfZipped } from './unzip.js';

export interface ImportOptions {
  /** the file, gzipped or not; a Readable of bytes is one */
  readonly input: AsyncIterable<Buffer>;
  /** what the file is, once unpacked; found out by its first character unless told */
  readonly format?: ImportFormat;
  /** where the facts come from: refs mean the same within one source */
  readonly source: string;
  readonly runner: DecisionRunner<ClientState, ClientEvent>;
  /** hides what an id is made of from whoever reads the log (ClientKeys.blind) */
  readonly blind: (clientId: string, value: unknown, make: boolean) => Promise<string>;
  /** of a PostgreSQL where the lines may wait in a temporary table */
  readonly databaseUrl: string;
  /** no fact lies after it, and clients are lapsed up to it */
  readonly now: Instant;
  readonly policy: LapsePolicy;
  /** decide everything, append nothing */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** told of every refused line, also of those that the report has no room for */
  readonly onRefused?: (line: RefusedLine) => void;
  readonly signal?: AbortSignal;
  /** how long to go on trying while the event store is not available */
  readonly patienceMs?: number;
}

const CLIENTS_IN_FLIGHT = 32;
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Imports client histories (docs/how-to/import-histories.md). All lines are read and checked before the first fact is
 * recorded, since the facts of a client may stand anywhere.
 *
 * It may be broken off at any point and run again: what is on record is told by the state of each client. Ids of
 * commands therefore say nothing of their content. Were they derived from it, a part of a history that was refused once
 * would be answered for ever as it was then, although what it lacked has since been imported.
 * @throws ImportFailed with what was recorded until then
 */
export async function importHistories(options: ImportOptions): Promise<ImportReport> {
  const { source, dryRun = false, onRefused, onProgress, signal } = options;
  const tally = new ImportTally(source, dryRun, onRefused, onProgress);
  let spool: Spool | undefined;
  try {
    spool = await Spool.open(options.databaseUrl);
    await spool.fill(checkedLines(options, tally), signal);
    tally.phase = 'recording';
    tally.show(true);
    await recordAll(spool.chunks(), options, tally);
    tally.show(true);
    return tally.report();
  } catch (error) {
    throw new ImportFailed(tally.report(), error);
  } finally {
    await spool?.close().catch(() => undefined);
  }
}

async function* checkedLines(
  { input, format, source, now }: ImportOptions,
  tally: ImportTally,
): AsyncGenerator<SpooledLine[]> {
  const ids = new ImportIds(source);
  for await (const records of recordsOf(unzipIfZipped(counted(input, tally)), format)) {
    const batch: SpooledLine[] = [];
    for (const record of records) {
      const { number } = record;
      const read = 'fault' in record ? record.fault : readImportLine(record.fields, ids, now);
      tally.lines++;
      if (typeof read === 'string') {
        tally.refuse({ line: number, reason: read });
      } else {
        tally.facts++;
        batch.push({ line: number, ...read });
      }
    }
    tally.show();
    yield batch;
  }
}

async function* counted(input: AsyncIterable<Buffer>, tally: ImportTally): AsyncGenerator<Buffer> {
  for await (const chunk of input) {
    tally.bytes += chunk.length;
    yield chunk;
  }
}

/** What is remembered of an import from one client to the next. */
interface Run {
  readonly importId: string;
  newcomers: boolean;
}

/** What is remembered of a client from one of its chunks to the next. */
interface ClientInHand {
  chunks: number;
  recorded: number;
  /** the state it would have; in a dry run the store does not know it */
  imagined?: ClientState;
  done: Promise<void>;
}

/** Many clients at a time, the chunks of each one after the other. */
async function recordAll(
  chunks: AsyncIterable<ClientChunk>,
  options: ImportOptions,
  tally: ImportTally,
): Promise<void> {
  // Most imports bring new clients, or none: the next one is taken to be as the last one was.
  const run: Run = { importId: uuidv4(), newcomers: true };
  const inHand = chunksInHand(chunks);
  let failed = false;
  const worker = async () => {
    try {
      for (let next = await inHand.next(); !next.done; next = await inHand.next()) {
        options.signal?.throwIfAborted();
        if (failed) return;
        const { chunk, client } = next.value;
        client.done = client.done.then(() => record(chunk, client, run, options, tally));
        await client.done;
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  // None is left behind at work: what the report says of a broken-off import has to be all of it.
  const ends = await Promise.allSettled(Array.from({ length: CLIENTS_IN_FLIGHT }, worker));
  await inHand.return();
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
}

async function* chunksInHand(
  chunks: AsyncIterable<ClientChunk>,
): AsyncGenerator<{ chunk: ClientChunk; client: ClientInHand }, void, void> {
  let client: ClientInHand | undefined;
  for await (const chunk of chunks) {
    if (!client || chunk.first) client = { chunks: 0, recorded: 0, done: Promise.resolve() };
    yield { chunk, client };
  }
}

async function record(
  { clientId, facts: spooled, firstServicedAt, last, first }: ClientChunk,
  client: ClientInHand,
  run: Run,
  options: ImportOptions,
  tally: ImportTally,
): Promise<void> {
  const { runner, now, policy, dryRun = false } = options;
  const facts = await withNoteIds(spooled, clientId, options);
  const recordedBefore = client.recorded;
  const command = { clientId, facts, firstServicedAt, now, policy, last, recordedBefore };
  const stream = clientStream(clientId);
  const commandId = uuidv5(`${clientId}/${client.chunks++}`, run.importId);
  const context = {
    commandId,
    correlationId: run.importId,
    causationId: run.importId,
    fingerprint: sha256(commandId),
    actor: { id: 'import', role: 'import' },
    source: 'import',
  } as const;

  // The last decision is the one that counts: the runner decides again when a client was overtaken, and not at all when
  // a command that seemed lost turns out to have been written.
  let decided: ImportedClient | undefined;
  if (client.imagined) {
    decided = importClient(client.imagined, command);
  } else {
    const decide = (state: ClientState) => {
      decided = importClient(state, command);
      return dryRun ? [] : decided.events;
    };
    const presumeNew = first && run.newcomers && !dryRun;
    const outcome = await patiently(() => runner.run({ stream, context, decide, presumeNew }), options);
    if (outcome instanceof Rejection)
      throw new Error(`an import is never refused as a whole: ${outcome.detail}`);
    if (outcome.events.length > 0) tally.reached(outcome.position);
    if (first) run.newcomers = outcome.events.length === outcome.revision + 1;
  }
  if (!decided) throw new Error('an import was answered without a decision');
  if (dryRun) client.imagined = decided.state;

  if (first) tally.clients++;
  if (client.recorded === 0 && decided.recorded > 0) tally.clientsChanged++;
  client.recorded += decided.recorded;
  tally.recorded += decided.recorded;
  tally.known += decided.known;
  tally.events += decided.events.length;
  decided.refused.forEach((line) => tally.refuse(line));
  tally.show();
}

/** The id of a note follows from what it says; what it says must not follow from the id. */
async function withNoteIds(
  facts: readonly NumberedFact[],
  clientId: string,
  options: ImportOptions,
): Promise<readonly NumberedFact[]> {
  if (!facts.some(({ fact }) => fact.type === 'noted')) return facts;
  return Promise.all(
    facts.map(async ({ line, fact }) => {
      if (fact.type !== 'noted') return { line, fact };
      const { noteId } = fact.data;
      const blinded = await patiently(() => options.blind(clientId, noteId, !options.dryRun), options);
      return { line, fact: { ...fact, data: { ...fact.data, noteId: uuidv5(blinded, clientId) } } };
    }),
  );
}

/** Tries again while the event store is not available, for a bounded time. */
async function patiently<T>(
  work: () => Promise<T>,
  { patienceMs = PATIENCE_MS, signal }: ImportOptions,
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable) || performance.now() + pause > until) throw error;
      await delay(pause, undefined, { signal });
    }
  }
}
