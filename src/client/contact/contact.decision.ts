import type { Instant } from '../../schema/instant.js';
import { slice } from '../slice.js';

export interface Contact {
  /** win-back attempts, in the order of recording */
  readonly attempts: readonly { readonly attemptId: string; readonly at: Instant }[];
}

export const contactSlice = slice<never>()({
  initial: { attempts: [] } as Contact,
  evolve: {},
  decide: {},
});
