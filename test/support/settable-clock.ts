import { Clock } from '../../src/clock.js';
import { parseInstant, type Instant } from '../../src/schema/instant.js';

/** A clock that stands where a test has set it, for the application and for an event store of ours (`now`). */
export class SettableClock extends Clock {
  private instant: Instant;

  constructor(at: string) {
    super();
    this.instant = canonical(at);
  }

  override now(): Instant {
    return this.instant;
  }

  set(at: string): void {
    this.instant = canonical(at);
  }
}

function canonical(at: string): Instant {
  const instant = parseInstant(at);
  if (instant === null) throw new Error(`${at} is no instant`);
  return instant;
}
