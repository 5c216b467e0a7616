import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { EventStore } from '../event-store/event-store.js';
import { projectionStatus, type ProjectionStatus } from '../projecting/projection-status.js';
import { ProjectionCatalogue } from '../projecting/projection-catalogue.js';
import type { Session } from './session.js';

/** @returns how every projection stands */
export function statusOf({ app }: Session): Promise<ProjectionStatus[]> {
  return projectionStatus(app.get(DataSource), app.get(EventStore), app.get(ProjectionCatalogue).all());
}

/**
 * Waits until the read models hold all that the event store does: what was imported is then to be seen in every answer.
 * @returns the names of projections that will not come there, because they are paused
 */
export async function caughtUp(session: Session): Promise<string[]> {
  for (;;) {
    const behind = (await statusOf(session)).filter(({ lag }) => lag?.events !== 0);
    if (behind.every(({ state }) => state === 'paused') || session.signal.aborted)
      return behind.map(({ name }) => name);
    await delay(100, undefined, { signal: session.signal }).catch(() => undefined);
  }
}
