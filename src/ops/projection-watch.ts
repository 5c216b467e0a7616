import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { EventStore } from '../event-store/event-store.js';
import { ProjectionCatalogue } from '../projecting/projection-catalogue.js';
import {
  projectionStatus,
  type BuildStatus,
  type ProjectionStatus,
} from '../projecting/projection-status.js';
import { StallWatch } from './stall-watch.js';

/** How fast a build comes on, and when it will be done. */
export interface BuildProgress {
  readonly eventsPerSecond: number;
  /** of the log, 0–1 */
  readonly fraction: number;
  /** null while the rate is not known */
  readonly secondsLeft: number | null;
}

export interface WatchedProjection extends ProjectionStatus {
  readonly stalled: boolean;
  readonly lagSeconds: number;
  readonly progress: BuildProgress | null;
  readonly rebuildProgress: BuildProgress | null;
}

interface Sample {
  readonly at: number;
  readonly applied: number;
  readonly position: bigint;
}

/** Rates are told from samples this far apart at least, in ms. */
const SPAN_MS = 2_000;

/** Looks at the projections, and remembers how they stood, so that it can say how they come on. */
@Injectable()
export class ProjectionWatch {
  private readonly stalls = new StallWatch();
  private readonly samples = new Map<string, Sample[]>();

  constructor(
    private readonly database: DataSource,
    private readonly eventStore: EventStore,
    private readonly projections: ProjectionCatalogue,
    private readonly clock: Clock,
  ) {}

  /** @throws what the database throws */
  async look(): Promise<WatchedProjection[]> {
    const asked = projectionStatus(this.database, this.eventStore, this.projections.all());
    const [statuses, tail] = await Promise.all([asked, this.eventStore.tail().catch(() => null)]);
    const stalled = new Set(this.stalls.stalled(statuses, performance.now()));
    const now = Date.parse(this.clock.now());
    return statuses.map((status) => {
      const since = status.lag?.since ?? null;
      return {
        ...status,
        stalled: stalled.has(status.name),
        lagSeconds: since === null ? 0 : Math.max(0, (now - Date.parse(since)) / 1_000),
        progress: status.lag?.events === 0 ? null : this.progressOf(status.name, status, tail),
        rebuildProgress: status.rebuild && this.progressOf(status.name, status.rebuild, tail),
      };
    });
  }

  /** Positions are no count of events, but as good as one for telling how much of the log is left. */
  private progressOf(
    name: string,
    { build, applied, position }: BuildStatus,
    tail: bigint | null,
  ): BuildProgress {
    const sample = { at: performance.now(), applied, position: position ?? 0n };
    const [first = sample] = this.remember(`${name} ${build}`, sample);
    const seconds = (sample.at - first.at) / 1_000;
    const rate = (from: number, to: number) => (seconds > 0 ? Math.max(0, to - from) / seconds : 0);
    const end = Number(tail ?? sample.position);
    const speed = rate(Number(first.position), Number(sample.position));
    return {
      eventsPerSecond: Math.round(rate(first.applied, applied)),
      fraction: end === 0 ? 1 : Math.min(1, Number(sample.position) / end),
      secondsLeft: speed > 0 ? Math.round((end - Number(sample.position)) / speed) : null,
    };
  }

  /** @returns the samples of a build that lie between one and two spans back, the oldest first */
  private remember(build: string, sample: Sample): Sample[] {
    const samples = [...(this.samples.get(build) ?? []), sample];
    while (samples[1] && sample.at - samples[1].at >= SPAN_MS) samples.shift();
    this.samples.set(build, samples);
    return samples;
  }
}
