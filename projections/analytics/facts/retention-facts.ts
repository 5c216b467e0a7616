import { factClosure, factLapse, factReturn } from './lapse.facts.js';
import { factMerge } from './merge.facts.js';
import { factService, factWithdrawal } from './service.facts.js';

/** Names of the tables of facts that retention follows from, beside who is held to be a client. */
export const RETENTION_FACTS = [
  factService,
  factWithdrawal,
  factLapse,
  factReturn,
  factClosure,
  factMerge,
].map(({ name }) => name);
