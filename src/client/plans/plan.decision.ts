import type { Instant } from '../../schema/instant.js';
import { noItems, type Items } from '../items.js';
import { slice } from '../slice.js';

/** A recurring service or maintenance plan. */
export interface Plan {
  readonly planId: string;
  readonly status: 'live' | 'paused' | 'ended';
  readonly intervalDays: number;
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null while it goes on */
  readonly to: Instant | null;
}

export const planSlice = slice<never>()({
  initial: noItems<Plan>(),
  evolve: {},
  decide: {},
});
export type Plans = Items<Plan>;
