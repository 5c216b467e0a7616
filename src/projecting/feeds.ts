import type { EventStore } from '../event-store/event-store.js';
import { byPosition, isAfter, type AnyCodec } from './delivery.js';
import { Feed } from './feed.js';
import type { ProjectionRunner } from './projection-runner.js';

/** Projections whose checkpoints were recorded within this of each other, in ms, begin on one feed. */
const NEAR = 60_000;
/** How long, in ms, one projection may hold up the others on its feed. */
const PATIENCE = 5_000;

/**
 * The feeds of an engine. Mostly there is one. A projection that lags far behind (a new version being built) reads on a
 * feed of its own, so that it does not hold up the others, and joins theirs when it has caught up.
 */
export class Feeds {
  private readonly feeds = new Set<Feed>();

  /** @param prefixes of all streams that any projection may follow, so that every feed can take any projection */
  constructor(
    private readonly store: EventStore,
    private readonly codec: AnyCodec,
    private readonly prefixes: string[],
  ) {}

  get count(): number {
    return this.feeds.size;
  }

  /** Puts projections that have just got their lead onto feeds. */
  place(runners: readonly ProjectionRunner[]): void {
    for (const group of nearGroups(runners)) {
      const [hindmost] = group as [ProjectionRunner];
      const feed = this.ready().find((one) => !isAfter(one.delivered, hindmost.reached.position));
      if (feed) for (const runner of group) feed.add(runner);
      else this.open(group, hindmost.reached.position);
    }
  }

  /** Takes a projection off its feed. */
  remove(runner: ProjectionRunner): void {
    for (const feed of this.feeds) {
      if (!feed.followers.delete(runner)) continue;
      if (feed.followers.size === 0) this.close(feed);
      else feed.relieve();
    }
  }

  /** To be called when a projection has written a batch. */
  relieve(runner: ProjectionRunner): void {
    this.feedOf(runner)?.relieve();
  }

  /** @returns whether the projection has written all that was in the log when its feed caught up, its crosses filled */
  hasCaughtUp(runner: ProjectionRunner): boolean {
    const feed = this.feedOf(runner);
    return feed !== undefined && feed.live && runner.isFilled && !isAfter(feed.caughtUpAt, runner.position);
  }

  /** To be called every second or so: joins feeds that have caught up, and parts from the others who holds them up. */
  tend(): void {
    const [first, ...others] = this.ready().sort((a, b) => byPosition(a.delivered, b.delivered));
    for (const feed of others) {
      // What they have had before, they drop: the first is the one furthest back.
      for (const runner of feed.followers) first?.add(runner);
      feed.followers.clear();
      this.close(feed);
    }
    for (const feed of this.feeds) {
      const stalled = [...feed.followers].filter((runner) => runner.stalledFor > PATIENCE);
      if (stalled.length === feed.followers.size) continue;
      for (const runner of stalled) {
        this.remove(runner);
        this.open([runner], runner.reached.position);
      }
    }
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.feeds].map((feed) => feed.close()));
    this.feeds.clear();
  }

  private ready(): Feed[] {
    return [...this.feeds].filter((feed) => feed.live && !feed.isHeld);
  }

  private feedOf(runner: ProjectionRunner): Feed | undefined {
    return [...this.feeds].find((feed) => feed.followers.has(runner));
  }

  private open(runners: readonly ProjectionRunner[], after: bigint | null): void {
    const feed = new Feed(this.store, this.codec, this.prefixes, after);
    this.feeds.add(feed);
    for (const runner of runners) feed.add(runner);
    feed.open();
  }

  private close(feed: Feed): void {
    this.feeds.delete(feed);
    void feed.close();
  }
}

/** @returns the runners in groups, each sorted by position, of which no member is far from the first */
export function nearGroups<R extends Pick<ProjectionRunner, 'reached'>>(runners: readonly R[]): R[][] {
  const sorted = [...runners].sort((a, b) => byPosition(a.reached.position, b.reached.position));
  const groups: R[][] = [];
  for (const runner of sorted) {
    const group = groups.at(-1);
    if (group?.[0] && timeOf(runner) - timeOf(group[0]) <= NEAR) group.push(runner);
    else groups.push([runner]);
  }
  return groups;
}

const timeOf = ({ reached }: Pick<ProjectionRunner, 'reached'>): number =>
  reached.recordedAt === null ? 0 : Date.parse(reached.recordedAt);
