import type { DataSource } from 'typeorm';

/** A read model did not come to a position within the time given. It may yet; a client may try again. */
export class ReadModelBehind extends Error {
  constructor(
    readonly projection: string,
    readonly position: bigint,
    /** where it stood when last seen; null for before the first event */
    readonly reached: bigint | null,
  ) {
    super(`read model ${projection} has not come to position ${position} yet`);
    this.name = 'ReadModelBehind';
  }
}

/** How often, in ms, to look while somebody waits: another process may be the one that projects. */
const LOOK_EVERY = 25;

interface Waiter {
  readonly projection: string;
  readonly position: bigint;
  readonly arrived: () => void;
  reached: bigint | null;
}

/**
 * Read your writes: lets a query wait until what it reads holds an event. The checkpoint of the version that serves is
 * looked up in the table, for all who wait at once; word of a batch written in this process only makes that sooner.
 */
export class PositionAwaiter {
  private readonly waiters = new Set<Waiter>();
  private looking = false;
  private lookAgain = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param position of the event to wait for, as a command's answer gave it
   * @param timeoutMs how long to wait at most; with 0 it only looks
   * @throws ReadModelBehind when that has passed
   */
  async waitUntil(projection: string, position: bigint, timeoutMs: number): Promise<void> {
    const reached = (await this.positions()).get(projection) ?? null;
    if (reached !== null && reached >= position) return;
    let bound: NodeJS.Timeout | undefined;
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((arrived, reject) => {
        const one: Waiter = { projection, position, arrived, reached };
        bound = setTimeout(() => reject(new ReadModelBehind(projection, position, one.reached)), timeoutMs);
        this.waiters.add((waiter = one));
        this.look();
      });
    } finally {
      clearTimeout(bound);
      if (waiter) this.waiters.delete(waiter);
    }
  }

  /** To be called when a projection has written a batch in this process. */
  moved(projection: string): void {
    for (const waiter of this.waiters) if (waiter.projection === projection) return this.look();
  }

  private look(): void {
    clearTimeout(this.timer);
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    if (this.waiters.size === 0) return;
    this.looking = true;
    this.lookAgain = false;
    void this.letArrive().finally(() => {
      this.looking = false;
      if (this.lookAgain) this.look();
      else if (this.waiters.size > 0) this.timer = setTimeout(() => this.look(), LOOK_EVERY);
    });
  }

  private async letArrive(): Promise<void> {
    // If the database does not answer, who waits goes on waiting: his bound ends it.
    const positions = await this.positions().catch(() => new Map<string, bigint>());
    for (const waiter of this.waiters) {
      waiter.reached = positions.get(waiter.projection) ?? waiter.reached;
      if (waiter.reached !== null && waiter.reached >= waiter.position) waiter.arrived();
    }
  }

  private async positions(): Promise<Map<string, bigint>> {
    const rows: { name: string; position: string }[] = await this.dataSource.query(
      'SELECT name, position FROM projection.checkpoint WHERE serving AND position IS NOT NULL',
    );
    return new Map(rows.map(({ name, position }) => [name, BigInt(position)]));
  }
}
