import { NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { clientStream } from '../../src/client/client.events.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import type { BenchWorld } from './bench-world.js';
import { inFlight, inTurns, ratioRow, seconds, type Row } from './measure.js';

const FACTS = 100;
const IN_FLIGHT = 32;
const DAY = 86_400_000;
const START = Date.UTC(2023, 0, 2, 9);

/**
 * The import of client histories against the bare client appending the same events: as many streams, as many events a
 * stream, one append a stream. The import begins with the bytes of a file, the bare client with objects. No projection
 * runs beside either.
 */
export async function importRows(world: BenchWorld, clients: number, rounds: number): Promise<Row[]> {
  await world.stopServing();
  const file = fileOf(clients);
  await world.import(streamed(file), 'warm');
  const streams = await storedBy(world, 'warm', clients);
  const events = streams.flat().length;
  const rates = await inTurns(
    rounds,
    async (round) => events / (await seconds(() => world.import(streamed(file), `round-${round}`))),
    async (round) => events / (await seconds(() => appendAll(world, streams, `bare-${round}`))),
  );
  await world.serve();
  const size = `${clients} clients with ${FACTS} facts each`;
  return [ratioRow('import of client histories', 0.5, size, rates, 'bare appends of 100 events')];
}

/** A life of 100 facts, one a week, none of which leads to another. */
function* life(client: number): Generator<object> {
  const clientRef = `C-${client}`;
  for (let week = 0; week < FACTS; week++) {
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

function fileOf(clients: number): Buffer {
  const lines = Array.from({ length: clients }, (_, client) =>
    [...life(client)].map((fact) => `${JSON.stringify(fact)}\n`).join(''),
  );
  return Buffer.from(lines.join(''));
}

async function* streamed(file: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < file.length; from += 65_536) {
    yield file.subarray(from, from + 65_536);
    await new Promise(setImmediate);
  }
}

interface Stored {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

/** What an import has stored, for the bare client to store again. */
async function storedBy(world: BenchWorld, source: string, clients: number): Promise<Stored[][]> {
  const ids = new ImportIds(source);
  const streams: Stored[][] = [];
  for (let client = 0; client < clients; client++) {
    const events = await world.store.readStream(clientStream(ids.client(`C-${client}`).id));
    streams.push(events.map(({ event }) => event as unknown as Stored));
  }
  return streams;
}

const appendAll = (world: BenchWorld, streams: readonly Stored[][], name: string): Promise<void> =>
  inFlight(streams, IN_FLIGHT, (events, index) =>
    world.bare.appendToStream(
      `${name}-${index}`,
      events.map(({ type, data, metadata }) => jsonEvent({ type, data, metadata })),
      { expectedRevision: NO_STREAM },
    ),
  );
