import type { ProjectionStatus } from '../projecting/projection-status.js';

/** How long a projection may stand at one position, with events waiting, before it counts as stalled. */
const STALLED_AFTER_MS = 30_000;

/** What a stall is told by. */
export type Standing = Pick<ProjectionStatus, 'name' | 'position' | 'lag'>;

/** Tells a projection that stands still from one that is only behind, which a large import makes of all of them. */
export class StallWatch {
  private readonly standing = new Map<string, { position: bigint | null; since: number }>();

  /**
   * @param statuses of all projections, as they are now
   * @param now in ms, of any clock that only goes forward
   * @returns names of those that have events to apply and have stood still for half a minute of looking
   */
  stalled(statuses: readonly Standing[], now: number): string[] {
    return statuses.filter((status) => this.isStalled(status, now)).map(({ name }) => name);
  }

  private isStalled({ name, position, lag }: Standing, now: number): boolean {
    // An event store that does not answer says nothing about the projections.
    if (lag === null || lag.events === 0) {
      this.standing.delete(name);
      return false;
    }
    const before = this.standing.get(name);
    if (before?.position === position) return now - before.since >= STALLED_AFTER_MS;
    this.standing.set(name, { position, since: now });
    return false;
  }
}
