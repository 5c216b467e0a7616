import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientDecider } from '../../src/client/client.decider.js';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { ClientState } from '../../src/client/client.slices.js';
import { dueAfter } from '../../src/client/lifecycle/lapse-window.js';
import { deriveLifecycle } from '../../src/client/lifecycle/derive-lifecycle.js';
import { importClient } from '../../src/importing/import-client.decision.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import { readImportLine } from '../../src/importing/import-line.js';
import { Spool, type SpooledLine } from '../../src/importing/spool.js';
import { plusDays } from '../../src/schema/instant.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';
import { ninetyDays, servicesAlone } from '../support/commands.js';

const start = '2024-01-01T00:00:00.000Z';
const now = plusDays(start, 700);
const policy = ninetyDays;
const ids = new ImportIds('crm');

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

/** Few clients, refs and days, so that facts meet: the same ref twice, several at one instant, resolved before raised. */
const line = fc
  .record({
    type: fc.constantFrom('converted', 'serviced', 'serviced', 'serviced', 'complained', 'resolved', 'noted'),
    client: fc.integer({ min: 1, max: 3 }),
    day: fc.integer({ min: 0, max: 12 }).map((weeks) => weeks * 45),
    ref: fc.integer({ min: 1, max: 8 }),
    amountMinor: fc.constantFrom(undefined, 100, 200),
  })
  .map(({ type, client, day, ref, amountMinor }) => {
    const common = { type, clientRef: `C-${client}`, occurredAt: plusDays(start, day) };
    const amount = amountMinor === undefined ? {} : { amountMinor, currency: 'CAD' };
    if (type === 'serviced') return { ...common, serviceRef: `J-${ref}`, ...amount };
    if (type === 'complained' || type === 'resolved') return { ...common, complaintRef: `K-${ref % 2}` };
    return type === 'noted' ? { ...common, text: `${ref}` } : { ...common, owner: `${ref}` };
  });
const files = fc.array(line, { maxLength: 60 }).map((lines) => lines.map((each) => JSON.stringify(each)));

type Streams = Map<string, { events: ClientEvent[]; state: ClientState }>;

/** What importing a file makes of these streams: real lines, real spool, real decisions; only nothing is stored. */
async function imported(file: readonly string[], before: Streams = new Map()) {
  const streams: Streams = new Map(before);
  const counts = { recorded: 0, known: 0, refused: 0 };
  const spool = await Spool.open(database.url);
  try {
    await spool.fill(spooled(file));
    let recordedBefore = 0;
    for await (const { first, ...chunk } of spool.chunks()) {
      if (first) recordedBefore = 0;
      const stream = streams.get(chunk.clientId) ?? { events: [], state: clientDecider.initial };
      const outcome = importClient(stream.state, { ...chunk, now, policy, recordedBefore });
      streams.set(chunk.clientId, { events: [...stream.events, ...outcome.events], state: outcome.state });
      recordedBefore += outcome.recorded;
      counts.recorded += outcome.recorded;
      counts.known += outcome.known;
      counts.refused += outcome.refused.length;
    }
  } finally {
    await spool.close();
  }
  return { streams, counts };
}

async function* spooled(file: readonly string[]): AsyncGenerator<SpooledLine[]> {
  await Promise.resolve();
  yield file.map((text, index) => {
    const read = readImportLine(JSON.parse(text), ids, now);
    if (typeof read === 'string') throw new Error(read);
    return { line: index + 1, ...read };
  });
}

describe('whatever the histories', () => {
  it('the same lines in any order give the same streams', () =>
    fc.assert(
      fc.asyncProperty(
        files.chain((file) =>
          fc.tuple(fc.constant(file), fc.shuffledSubarray(file, { minLength: file.length })),
        ),
        async ([file, shuffled]) => {
          const [one, other] = [await imported(file), await imported(shuffled)];
          expect(other.streams).toEqual(one.streams);
          expect(other.counts).toEqual(one.counts);
          expect(one.counts.recorded + one.counts.known + one.counts.refused).toBe(file.length);
        },
      ),
      { numRuns: 60 },
    ));

  it('importing them again records nothing and refuses the same lines', () =>
    fc.assert(
      fc.asyncProperty(files, async (file) => {
        const once = await imported(file);
        const twice = await imported(file, once.streams);
        expect([...twice.streams]).toEqual([...once.streams]);
        expect(twice.counts).toMatchObject({ recorded: 0, refused: once.counts.refused });
      }),
      { numRuns: 60 },
    ));

  it('the lapses and returns on record are what the services come to, and none was recorded to be withdrawn', () =>
    fc.assert(
      fc.asyncProperty(files, async (file) => {
        for (const { events, state } of (await imported(file)).streams.values()) {
          const { services, lapses } = state.lifecycle;
          const derived = deriveLifecycle(
            services,
            (index) => dueAfter(policy, services, index, servicesAlone),
            now,
          );
          expect(lapses.map(({ at, reactivation }) => ({ at, reactivation }))).toEqual(
            derived.map(({ at, reactivation }) => ({ at, reactivation })),
          );
          expect(events.filter(({ type }) => type.endsWith('Revoked'))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    ));
});
