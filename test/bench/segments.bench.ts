import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { segmentMembership } from '../../projections/segment-membership/segment-membership.projection.js';
import { allEvents } from '../../src/event-catalogue.js';
import { Codec } from '../../src/event-store/codec.js';
import type { Rule } from '../../src/segment/rule.js';
import { ProjectionEngine } from '../../src/projecting/projection-engine.js';
import { decide, service } from './append.bench.js';
import type { BenchWorld } from './bench-world.js';
import { ms, percentile, type Row } from './measure.js';

const SEGMENTS = 100;
const SERVICES = 500;

/**
 * How long the engine takes over a service, from the event in hand to its client's memberships committed, with a hundred segments
 * defined by rules: one event after the other, by an engine that keeps this read model alone, in a database of its own.
 */
export async function segmentRows(world: BenchWorld): Promise<Row[]> {
  await defineSegments(world);
  const databaseUrl = await anotherDatabase(world);
  const codec = new Codec(allEvents, world.keys);
  let begun = 0;
  let moved = (): void => undefined;
  const engine = new ProjectionEngine({
    ...{ projections: [segmentMembership('UTC')], eventStore: world.store, databaseUrl },
    codec: {
      knows: codec.knows.bind(codec),
      subjectsToFetch: codec.subjectsToFetch.bind(codec),
      readyToRead: codec.readyToRead.bind(codec),
      decode: (resolved) => {
        begun = performance.now();
        return codec.decode(resolved);
      },
    },
    moved: () => moved(),
  });
  const own = await new DataSource({ type: 'postgres', url: databaseUrl }).initialize();
  await own.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  await engine.start();
  await caughtUp(own, (await world.store.tail()) ?? 0n);
  const clients: { id: string }[] = await world.database.query(
    'SELECT client_id AS id FROM held_client ORDER BY client_id LIMIT $1',
    [SERVICES],
  );
  await world.stopServing();
  const decisions = world.decisions();
  const took: number[] = [];
  for (const { id } of clients) {
    const done = new Promise<number>((resolve) => {
      moved = () => resolve(performance.now());
    });
    await decide(decisions, id, service);
    took.push((await done) - begun);
    // A live projection rests as long as a batch took; that is no part of what one takes.
    await delay(20);
  }
  await engine.stop();
  await own.destroy();
  await world.serve();
  const size = `${took.length} services, one after the other`;
  const figure = (p: number): Row => ({
    ...{ what: `memberships of a client with ${SEGMENTS} segments, p${p * 100}`, size },
    ...{ goal: '< 5 ms', baseline: '–', ours: ms(percentile(took, p)), met: percentile(took, p) < 5 },
  });
  return [figure(0.5), figure(0.99)];
}

async function defineSegments(world: BenchWorld): Promise<void> {
  const { items } = await world.call<{ items: { kind: string }[] }>('GET', '/segments?limit=200');
  for (let n = items.filter(({ kind }) => kind === 'rule').length; n < SEGMENTS; n++)
    await world.call('POST', '/segments', {
      name: `of the benchmark, ${n}`,
      rule: KINDS[n % KINDS.length]?.(n),
    });
}

/** Of what segments are usually made, each with another number. */
const KINDS: readonly ((n: number) => Rule)[] = [
  (n) => ({ fact: 'services', op: 'gte', value: n % 30 }),
  (n) => ({ fact: 'daysSinceLastService', op: 'gt', value: 30 + n }),
  (n) => ({ fact: 'lifetimeValueMinor', op: 'gte', value: n * 1_000, currency: 'CAD' }),
  (n) => ({
    and: [
      { fact: 'trade', op: 'eq', value: 'cleaning' },
      { fact: 'services', op: 'gte', value: 1 + (n % 5), withinDays: 90 },
    ],
  }),
  (n) => ({
    or: [
      { fact: 'source', op: 'eq', value: 'referral' },
      { fact: 'openComplaints', op: 'gt', value: n % 3 },
    ],
  }),
  (n) => ({
    and: [
      { fact: 'tags', op: 'in', value: ['vip'] },
      { not: { fact: 'daysSinceConversion', op: 'lt', value: n } },
    ],
  }),
];

async function anotherDatabase({ database, runtime }: BenchWorld): Promise<string> {
  await database.query('CREATE DATABASE segments_alone');
  const url = new URL(runtime.databaseUrl);
  url.pathname = '/segments_alone';
  return url.href;
}

async function caughtUp(database: DataSource, tail: bigint): Promise<void> {
  for (;;) {
    const [{ there }]: [{ there: boolean }] = await database.query(
      `SELECT count(*) > 0 AS there FROM projection.checkpoint WHERE serving AND position >= $1
        AND NOT EXISTS (SELECT FROM projection.cross_fill WHERE filling IS NOT NULL)`,
      [String(tail)],
    );
    if (there) return;
    await delay(100);
  }
}
