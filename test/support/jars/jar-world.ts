import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { Codec } from '../../../src/event-store/codec.js';
import { EventStore } from '../../../src/event-store/event-store.js';
import { enginePool } from '../../../src/projecting/connection.js';
import { ProjectionEngine, type EngineOptions } from '../../../src/projecting/projection-engine.js';
import { freshEventStore } from '../event-store.js';
import { freshDatabase } from '../servers.js';
import { waitUntil } from '../wait-until.js';
import { jarEvents, type JarEvent } from './jar.events.js';
import { jars } from './jar.projection.js';

export const codec = new Codec<JarEvent>(jarEvents);

type NewEvent = Pick<JarEvent, 'type' | 'data'>;

/** What the tables must hold, counted apart from the projection while events are appended. */
export interface Counted {
  jars: number;
  marbles: bigint;
  events: number;
}

/** A real event store, a real database, and engines between the two. */
export class JarWorld {
  readonly counted: Counted = { jars: 0, marbles: 0n, events: 0 };
  private readonly engines: ProjectionEngine[] = [];

  private constructor(
    readonly eventStore: EventStore,
    readonly eventStoreUrl: string,
    readonly databaseUrl: string,
    readonly pool: pg.Pool,
    private readonly closeServers: () => Promise<void>,
  ) {}

  static async open(): Promise<JarWorld> {
    Logger.overrideLogger(false);
    const [server, database] = await Promise.all([freshEventStore(), freshDatabase()]);
    const eventStore = new EventStore(server.url);
    const pool = enginePool(database.url, 5, true);
    return new JarWorld(eventStore, server.url, database.url, pool, async () => {
      await Promise.all([eventStore.close(), pool.end()]);
      await Promise.all([server.close(), database.drop()]);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.engines.map((engine) => engine.stop()));
    await this.closeServers();
  }

  /** An engine, not started yet; it keeps the jars unless told otherwise, and is stopped with the world. */
  engine(options: Partial<EngineOptions> = {}): ProjectionEngine {
    const { eventStore, databaseUrl } = this;
    const engine = new ProjectionEngine({
      projections: [jars],
      eventStore,
      codec,
      databaseUrl,
      tick: 50,
      ...options,
    });
    this.engines.push(engine);
    return engine;
  }

  async started(options: Partial<EngineOptions> = {}): Promise<ProjectionEngine> {
    const engine = this.engine(options);
    await engine.start();
    return engine;
  }

  /**
   * Appends to one stream, in one write.
   * @returns position of the last event
   */
  append(stream: string, events: readonly NewEvent[]): Promise<bigint> {
    return this.appendTo(this.eventStore, stream, events);
  }

  async appendTo(eventStore: EventStore, stream: string, events: readonly NewEvent[]): Promise<bigint> {
    const stored = await eventStore.readStream(stream);
    const last = stored.at(-1)?.event;
    const commandId = randomUUID();
    const encoded = codec.encode(
      stream,
      events.map((event) => ({ ...event, occurredAt: '2024-01-01T00:00:00.000Z' }) as JarEvent),
      {
        commandId,
        correlationId: commandId,
        causationId: commandId,
        fingerprint: '0'.repeat(64),
        actor: { id: 'tester', role: 'staff' },
        source: 'api',
      },
      {
        revision: stored.length - 1,
        hash: (last?.metadata as { hash?: string } | undefined)?.hash,
      },
    );
    return eventStore.append(stream, encoded, stored.length - 1);
  }

  /** Appends jars with marbles in them. @returns position of the last event */
  async fill(count: number, marblesEach = 3): Promise<bigint> {
    const added = { type: 'MarblesAdded', data: { colour: 'red', count: 1 } } as const;
    const placed = { type: 'JarPlaced', data: { shelf: 'low' } } as const;
    const one = () =>
      this.append(`jar-${randomUUID()}`, [placed, ...Array<typeof added>(marblesEach).fill(added)]);
    const positions = await Promise.all(Array.from({ length: count }, one));
    this.counted.jars += count;
    this.counted.marbles += BigInt(count * marblesEach);
    this.counted.events += count * (marblesEach + 1);
    return positions.reduce((highest, position) => (position > highest ? position : highest));
  }

  async query<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, parameters)).rows;
  }

  async position(name = 'jars'): Promise<bigint | null> {
    const rows = await this.query<{ position: bigint | null }>(
      'SELECT position FROM projection.checkpoint WHERE name = $1 AND serving',
      [name],
    );
    return rows[0]?.position ?? null;
  }

  async reaches(position: bigint, name = 'jars'): Promise<void> {
    await waitUntil(
      `${name} is at ${position}`,
      async () => ((await this.position(name)) ?? -1n) >= position,
    );
  }

  /** What the tables hold, in the same terms as `counted`, each table speaking for itself. */
  async held(): Promise<Counted & { sums: ShelfSums }> {
    const [row] = await this.query<{
      jars: bigint;
      events: bigint;
      coloured: bigint;
      sums: ShelfSums;
    }>(
      `SELECT (SELECT count(*) FROM jar) AS jars, (SELECT count(*) FROM jar_log) AS events,
              (SELECT coalesce(sum(marbles), 0) FROM jar_colour) AS coloured,
              (SELECT jsonb_build_object('jars', coalesce(sum(jars), 0), 'marbles', coalesce(sum(marbles), 0))
                 FROM shelf_total) AS sums`,
    );
    return {
      jars: Number(row?.jars),
      marbles: row?.coloured ?? 0n,
      events: Number(row?.events),
      sums: row?.sums ?? { jars: -1, marbles: -1 },
    };
  }

  /** Demands that every table holds each event exactly once. */
  async isExact(): Promise<void> {
    const { jars, marbles } = this.counted;
    expect(await this.held()).toEqual({ ...this.counted, sums: { jars, marbles: Number(marbles) } });
  }
}

interface ShelfSums {
  jars: number;
  marbles: number;
}
