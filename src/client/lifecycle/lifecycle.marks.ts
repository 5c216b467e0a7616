import type { WindowBasis } from '../../policy/lapse-policy.js';
import type { Instant } from '../../schema/instant.js';

/** What a service comes to. */
export interface ServiceFigures {
  readonly at: Instant;
  readonly amountMinor?: number;
  readonly currency?: string;
}

/** What the write side remembers of a service. Plain JSON, as all marks are: a read model can keep it in a row. */
export interface ServiceMark extends ServiceFigures {
  readonly serviceId: string;
  readonly serviceType?: string;
  readonly planId?: string;
  /** as first recorded, where it was corrected since */
  readonly first?: ServiceFigures;
  /** when corrections of it were made, in business time */
  readonly correctedAt?: readonly Instant[];
  /** the absorbed client in whose stream it is recorded; absent where it is the client's own */
  readonly of?: string;
}

/** An inactivity that makes a lapse, and where it comes from. */
export interface LapseWindow {
  readonly windowDays: number;
  readonly basis: WindowBasis;
  readonly policyVersion: number;
}

export interface LapseMark extends LapseWindow {
  readonly lapseId: string;
  readonly lastServicedAt: Instant;
  readonly at: Instant;
  /** the service that ended it, and the attempt that led to it; null while the client is lapsed */
  readonly reactivation: {
    readonly serviceId: string;
    readonly at: Instant;
    readonly attemptId?: string;
  } | null;
  readonly of?: string;
}
