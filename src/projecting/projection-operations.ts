import type { Pool } from 'pg';
import { nearestName } from '../nearest-name.js';
import type { EventStore } from '../event-store/event-store.js';
import type { Build } from './build.js';
import type { Failure } from './checkpoint.js';
import { enginePool } from './connection.js';
import type { AnyCodec } from './delivery.js';
import { park, resume } from './pauses.js';
import { beginRebuild } from './projection-tables.js';
import type { AnyProjection } from './projection.js';
import { prune, type Pruned } from './prune.js';
import { verifyProjection, type Verification, type VerifyOptions } from './verify-projection.js';

/** No projection of this application has that name. */
export class UnknownProjection extends Error {
  constructor(name: string, known: readonly string[]) {
    const meant = nearestName(name, [...known]);
    super(`there is no projection ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    this.name = 'UnknownProjection';
  }
}

/** What operators do to projections, from any process; the engine of whichever process leads takes it up within a second. */
export class ProjectionOperations {
  private readonly pool: Pool;
  private readonly writing: Pool;

  constructor(
    private readonly projections: () => readonly AnyProjection[],
    private readonly eventStore: EventStore,
    private readonly codec: AnyCodec,
    databaseUrl: string,
  ) {
    this.pool = enginePool(databaseUrl, 3);
    this.writing = enginePool(databaseUrl, 2, true);
  }

  /** @throws UnknownProjection, like all that take a name */
  async rebuild(name: string): Promise<Build> {
    return beginRebuild(this.pool, this.named(name));
  }

  /** @throws NotPaused */
  async resume(name: string): Promise<Failure> {
    return resume(this.pool, this.named(name));
  }

  /**
   * @param by who decides that the event is passed over
   * @throws NotPaused
   */
  async park(name: string, by: string): Promise<Failure> {
    return park(this.pool, this.named(name), by);
  }

  prune(): Promise<Pruned[]> {
    return prune(this.pool, this.projections());
  }

  async verify(name: string, options: Pick<VerifyOptions, 'signal' | 'onProgress'>): Promise<Verification> {
    const { pool, writing, eventStore, codec } = this;
    return verifyProjection(this.named(name), { pool, writing, eventStore, codec, ...options });
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.writing.end()]);
  }

  private named(name: string): AnyProjection {
    const all = this.projections();
    const found = all.find((projection) => projection.name === name);
    if (!found)
      throw new UnknownProjection(
        name,
        all.map((projection) => projection.name),
      );
    return found;
  }
}
