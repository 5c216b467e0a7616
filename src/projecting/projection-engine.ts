import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import type { EventStore } from '../event-store/event-store.js';
import { buildsOf, type Build } from './build.js';
import { checkProjections } from './check-projection.js';
import { readStates, stateOf, takeLead, type BuildState } from './checkpoint.js';
import { enginePool } from './connection.js';
import type { AnyCodec } from './delivery.js';
import { Feeds } from './feeds.js';
import { Leadership } from './leadership.js';
import { ProjectionRunner } from './projection-runner.js';
import { prepare } from './projection-tables.js';
import type { AnyProjection } from './projection.js';
import { serve } from './serving.js';

export interface EngineOptions {
  readonly projections: readonly AnyProjection[];
  readonly eventStore: EventStore;
  readonly codec: AnyCodec;
  readonly databaseUrl: string;
  /**
   * prefixes of further streams that commands write to. Checkpoints pass over their events, so that who waits for the
   * position of such an event does not wait in vain.
   */
  readonly alsoPass?: readonly string[];
  /** called with a projection's name when it has written a batch */
  readonly moved?: (name: string) => void;
  /** how often, in ms, it seeks the lead and looks after things (1000) */
  readonly tick?: number;
  /** how long, in ms, the lead of a process outlasts its last sign of life (15000) */
  readonly lease?: number;
}

/**
 * Keeps projections up to date: makes their tables, seeks the lead over each, and runs those that it leads, each with a
 * checkpoint of its own. Servers may go and come back; it survives, and goes on where it was. Any number of processes
 * may run one; each projection has one leader at a time.
 */
export class ProjectionEngine {
  private readonly log = new Logger('projections');
  private readonly pool: Pool;
  private readonly feeds: Feeds;
  private readonly leadership: Leadership;
  private readonly runners = new Map<Build, ProjectionRunner>();
  /** those whose last batch is still in hand after the lead was lost: not to be sought again before that is over */
  private readonly leaving = new Set<Build>();
  private builds: Build[] = [];
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private stopped = false;
  private outage = false;

  /** @throws Error if a projection is declared wrongly */
  constructor(private readonly options: EngineOptions) {
    const { projections, eventStore, codec, databaseUrl, alsoPass = [], lease = 15_000 } = options;
    checkProjections(projections);
    // One connection a projection, so that none waits for another, and a few for the engine itself.
    this.pool = enginePool(databaseUrl, projections.length + 2, true);
    const prefixes = [...new Set([...projections.flatMap(({ streams }) => streams), ...alsoPass])];
    this.feeds = new Feeds(eventStore, codec, prefixes);
    this.leadership = new Leadership(databaseUrl, lease, () => this.loseAll());
  }

  /**
   * Makes all tables and views that are not there yet, and no more: enough for a process that only reads.
   * @throws Error if PostgreSQL cannot be reached now, or a declaration changed under the same version
   */
  async prepare(): Promise<void> {
    this.builds = await prepare(this.pool, this.options.projections);
  }

  /** Prepares, and returns; projecting goes on from there by itself. Throws what `prepare` does. */
  async start(): Promise<void> {
    await this.prepare();
    this.nextTurn(0);
  }

  /** Lets every batch in hand come to its end, gives up the lead, and closes all connections. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turn;
    await this.feeds.closeAll();
    await this.stepDown([...this.runners.keys()]);
    await this.leadership.close();
    await this.pool.end();
  }

  private nextTurn(after: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.turn = this.lookAfter().finally(() => this.nextTurn(this.options.tick ?? 1_000));
    }, after);
  }

  private async lookAfter(): Promise<void> {
    try {
      // Before the states are read, so that a pause recorded meanwhile is not taken for a resumption.
      const paused = [...this.runners].filter(([, runner]) => runner.state === 'paused');
      const states = await readStates(this.pool);
      await this.knowBuilds(states);
      const ours = await this.leadership.seek(this.builds.filter((build) => !this.leaving.has(build)));
      // Set running again by an operator: it begins anew from its checkpoint.
      for (const [build] of paused)
        if (stateOf(states, build)?.state === 'running') this.runners.delete(build);
      await this.lead(ours);
      this.feeds.tend();
      await this.serveCaughtUp(states);
      if (this.outage) this.log.log('PostgreSQL is back');
      this.outage = false;
    } catch (error) {
      if (!this.outage) this.log.warn(`will go on trying: ${String(error)}`);
      this.outage = true;
    }
  }

  /** A rebuild begun in any process is taken up here; what was dropped is let go of. */
  private async knowBuilds(states: readonly BuildState[]): Promise<void> {
    const there = this.options.projections.flatMap((projection) => buildsOf(projection, states));
    const same = (one: Build, other: Build) => one.name === other.name && one.label === other.label;
    this.builds = there.map((build) => this.builds.find((known) => same(known, build)) ?? build);
    await this.stepDown([...this.runners.keys()].filter((build) => !this.builds.includes(build)));
  }

  /** Starts those that it leads and does not run yet. */
  private async lead(builds: readonly Build[]): Promise<void> {
    const started: ProjectionRunner[] = [];
    for (const build of builds) {
      if (this.runners.has(build) || this.leaving.has(build) || this.stopped) continue;
      const lead = await takeLead(this.pool, build).catch((error: unknown) => {
        this.log.warn(`cannot take the lead over ${build.name} ${build.label} yet: ${String(error)}`);
      });
      if (!lead) continue;
      const runner: ProjectionRunner = new ProjectionRunner(build, this.pool, lead, {
        moved: () => {
          this.feeds.relieve(runner);
          this.options.moved?.(build.name);
        },
        paused: () => this.feeds.remove(runner),
        leadLost: () => void this.stepDown([build]),
      });
      this.runners.set(build, runner);
      started.push(runner);
    }
    this.feeds.place(started);
  }

  /** Lets queries read what has caught up and does not serve yet: a new version, after its building. */
  private async serveCaughtUp(states: readonly BuildState[]): Promise<void> {
    for (const [build, runner] of this.runners) {
      if (stateOf(states, build)?.serving || !this.feeds.hasCaughtUp(runner)) continue;
      if (await serve(this.pool, build)) this.log.log(`${build.name} ${build.label} serves now`);
    }
  }

  private loseAll(): void {
    if (this.runners.size > 0) this.log.warn('the connection that holds the leads broke; seeking them again');
    void this.stepDown([...this.runners.keys()]);
  }

  private async stepDown(builds: readonly Build[]): Promise<void> {
    await Promise.all(
      builds.map(async (build) => {
        const runner = this.runners.get(build);
        if (!runner) return;
        this.leaving.add(build);
        this.runners.delete(build);
        this.feeds.remove(runner);
        await runner.stop();
        await this.leadership.release(build);
        this.leaving.delete(build);
      }),
    );
  }
}
