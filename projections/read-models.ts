import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Await } from '../src/http/await-position.js';
import type { FastifyReply } from '../src/http/fastify-types.js';
import { PositionAwaiter } from '../src/projecting/await-position.js';
import { snapshot, type Snapshot } from '../src/projecting/read-model.js';

/** What queries ask read models through. */
@Injectable()
export class ReadModels {
  constructor(
    private readonly database: DataSource,
    private readonly awaiter: PositionAwaiter,
  ) {}

  /**
   * Reads one state of the tables of a projection, or of several.
   * @param wait what they must have seen before; undefined to read them as they are
   * @throws ReadModelBehind when one has not seen that in the time given
   */
  async ask<T>(
    projections: string | readonly string[],
    wait: Await | undefined,
    run: (manager: EntityManager, fixed: Promise<unknown>) => Promise<T>,
  ): Promise<Snapshot<T>> {
    if (wait) {
      const { position, timeoutMs } = wait;
      await Promise.all([projections].flat().map((one) => this.awaiter.waitUntil(one, position, timeoutMs)));
    }
    return snapshot(this.database, projections, run);
  }
}

/** Says in `X-Position` what an answer is true at; before the first event there is nothing to say. @returns the answer */
export function answered<T>(reply: FastifyReply, { position, result }: Snapshot<T>): T {
  if (position !== null) void reply.header('X-Position', String(position));
  return result;
}

/**
 * Turns what PostgreSQL gave into what the API answers with.
 * @returns the row without its nulls (what is not known is left out), and with instants in their canonical form
 */
export function answerOf<T>(row: object): T {
  const known = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : (value as unknown)]),
  ) as T;
}
