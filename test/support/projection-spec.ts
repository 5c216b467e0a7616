import pg from 'pg';
import type { DomainEvent } from '../../src/event-store/event-definition.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { buildOf, physicalTable, servedView, tablesOf } from '../../src/projecting/build.js';
import { checkProjections } from '../../src/projecting/check-projection.js';
import { takeLead } from '../../src/projecting/checkpoint.js';
import { enginePool } from '../../src/projecting/connection.js';
import { ProjectionRunner } from '../../src/projecting/projection-runner.js';
import { prepare } from '../../src/projecting/projection-tables.js';
import type { AnyProjection, AnyRule, Projection, Row } from '../../src/projecting/projection.js';
import { freshDatabase, type FreshDatabase } from './servers.js';

/** Rows of a projection's tables by table name, each table sorted by its key. */
export type TableRows = Record<string, Row[]>;

/**
 * The language in which projections are tested, on real PostgreSQL:
 *
 *     const spec = await ProjectionSpec.open(lapseDue);
 *     await spec.given(log.events).gives({ client_lapse_due: [{ client_id: A, due_at: '…' }] });
 *     await spec.close();
 *
 * The same events are delivered in one batch, twice over, split in two at every place, one by one, and to tables made
 * anew; every way must give the same rows. Events and rows are frozen, so a handler that changes what it is given fails.
 */
export class ProjectionSpec {
  private constructor(
    private readonly projection: AnyProjection,
    private readonly database: FreshDatabase,
    private readonly pool: pg.Pool,
  ) {}

  static async open<Event extends DomainEvent>(projection: Projection<Event>): Promise<ProjectionSpec> {
    checkProjections([projection as AnyProjection]);
    const database = await freshDatabase();
    const pool = enginePool(database.url, 2, true);
    await pool.query('CREATE EXTENSION pg_trgm');
    await prepare(pool, [projection as AnyProjection]);
    return new ProjectionSpec(withFrozenRows(projection as AnyProjection), database, pool);
  }

  given(events: readonly RecordedEvent[]): {
    gives(expected: TableRows): Promise<void>;
    rows(): Promise<TableRows>;
  } {
    const frozen = deepFreeze([...events]);
    return {
      /** Demands exactly these rows of the tables named, in the order of their keys. */
      gives: async (expected) => {
        const rows = await this.everyWay(frozen);
        expect(Object.fromEntries(Object.keys(expected).map((table) => [table, rows[table]]))).toEqual(
          expected,
        );
      },
      /** @returns the rows of all tables, which every way of delivering has given */
      rows: () => this.everyWay(frozen),
    };
  }

  /** @returns the rows that these batches give, one after the other, to empty tables */
  async replay(batches: readonly (readonly RecordedEvent[])[]): Promise<TableRows> {
    const build = buildOf(this.projection);
    await this.pool.query(
      `TRUNCATE ${tablesOf(build)
        .map((table) => physicalTable(build, table))
        .join(', ')}`,
    );
    await this.pool.query('UPDATE projection.checkpoint SET position = NULL, recorded_at = NULL');
    await this.pool.query('DELETE FROM projection.cross_fill');
    for (const batch of batches) await this.deliver(batch);
    return this.read();
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }

  private async everyWay(events: readonly RecordedEvent[]): Promise<TableRows> {
    const atOnce = await this.replay([events]);
    const demand = async (way: string, batches: readonly (readonly RecordedEvent[])[]): Promise<void> => {
      expect({ way, rows: await this.replay(batches) }).toEqual({ way, rows: atOnce });
    };
    await demand('twice over', [events, events]);
    await demand(
      'one by one',
      events.map((event) => [event]),
    );
    for (let at = 1; at < events.length; at++)
      await demand(`split after event ${at}`, [events.slice(0, at), events.slice(at)]);
    await this.pool.query('DELETE FROM projection.checkpoint');
    await this.pool.query('DELETE FROM projection.cross_fill');
    await prepare(this.pool, [this.projection]);
    await demand('to tables made anew', [events]);
    return atOnce;
  }

  /** Adds to the tables what a batch gives. It meets a process that has just taken the lead and knows no more than the tables hold. */
  async deliver(events: readonly RecordedEvent[]): Promise<void> {
    const build = buildOf(this.projection);
    const lead = await takeLead(this.pool, build);
    const last = events.at(-1)?.position ?? null;
    const arrived = new Promise<void>((resolve, reject) => {
      const runner = new ProjectionRunner(build, this.pool, lead, {
        moved: () => (runner.position === last && runner.isFilled ? resolve() : undefined),
        paused: () => void this.failure().then(reject, reject),
        leadLost: () => reject(new Error('the lead was lost')),
      });
      runner.live = true;
      for (const event of events) runner.offer(event);
      if (runner.reached.position === lead.position && runner.isFilled) resolve();
      runner.wake();
    });
    await arrived;
  }

  private async failure(): Promise<Error> {
    const { rows } = await this.pool.query<{ failure: { message: string; stack?: string } }>(
      'SELECT failure FROM projection.checkpoint',
    );
    const failure = rows[0]?.failure;
    return Object.assign(new Error(`the projection paused: ${failure?.message}`), { stack: failure?.stack });
  }

  private async read(): Promise<TableRows> {
    const tables: TableRows = {};
    for (const table of tablesOf(buildOf(this.projection))) {
      const order = table.key.map((column) => pg.escapeIdentifier(column)).join(', ');
      const { rows } = await this.pool.query<Row>(`SELECT * FROM ${servedView(table)} ORDER BY ${order}`);
      tables[table.name] = rows;
    }
    return tables;
  }
}

/** @returns the projection with rows frozen on their way into its handlers */
function withFrozenRows(projection: AnyProjection): AnyProjection {
  const frozen = (rule: AnyRule): AnyRule => {
    switch (rule.shape) {
      case 'append':
        return rule;
      case 'fold': {
        const evolve = rule.evolve as Record<string, (row: Row | null, event: unknown) => Row | null>;
        const wrapped = Object.entries(evolve).map(([type, one]) => [
          type,
          (row: Row | null, event: unknown) => one(row && deepFreeze(row), event),
        ]);
        return { ...rule, evolve: Object.fromEntries(wrapped) };
      }
      case 'expand':
        return { ...rule, rows: (row: Row) => rule.rows(deepFreeze(row)) };
      case 'join':
        return { ...rule, rows: (one: Row, other: Row) => rule.rows(deepFreeze(one), deepFreeze(other)) };
      case 'cross': {
        const { alone } = rule;
        return {
          ...rule,
          rows: (row: Row, reference: object) => rule.rows(deepFreeze(row), deepFreeze(reference)),
          ...(alone ? { alone: (row: Row) => alone(deepFreeze(row)) } : {}),
        };
      }
      case 'sum':
        return { ...rule, addends: (row: Row) => rule.addends(deepFreeze(row)) };
    }
  };
  return { ...projection, tables: projection.tables.map(frozen) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
