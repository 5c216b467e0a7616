import type { Instant } from '../../schema/instant.js';
import { noItems } from '../items.js';
import { slice } from '../slice.js';

export interface Booking {
  readonly bookingId: string;
  readonly status: 'booked' | 'kept' | 'cancelled' | 'missed';
  readonly madeAt: Instant;
  readonly scheduledFor: Instant;
  /** when it was kept, cancelled or missed */
  readonly endedAt?: Instant;
}

export const bookingSlice = slice<never>()({
  initial: noItems<Booking>(),
  evolve: {},
  decide: {},
});
