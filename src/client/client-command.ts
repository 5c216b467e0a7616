import type { LapsePolicy } from '../policy/lapse-policy.js';
import type { Instant } from '../schema/instant.js';

/** What every command to a client comes with. A decision asks nothing else of the world. */
export interface CommandFrame {
  readonly clientId: string;
  /** business time of what is reported; never after `now` */
  readonly at: Instant;
  readonly now: Instant;
  /** lapses due up to here are put on record: now, or, on the way through an imported life, no further than `at` */
  readonly lapsesUpTo: Instant;
  /** the lapse policy in force */
  readonly policy: LapsePolicy;
}

export interface ClientCommandOf<Kind extends string, Data extends object> extends CommandFrame {
  readonly kind: Kind;
  readonly data: Data;
}

export type AnyClientCommand = ClientCommandOf<string, object>;
