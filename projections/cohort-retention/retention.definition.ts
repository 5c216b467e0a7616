import type { RetentionParameters } from './retention.parameters.js';
import { windowOfDays } from './retention.parameters.js';
import type { Anchor } from './cohort-retention.tables.js';
import type { Mode } from './retention.figures.js';
import { groupingSaid } from '../analytics/grouping-words.js';
import { lapsesSaid } from '../analytics/lapse-rule.js';

const PLACED: Record<Anchor, string> = {
  converted: 'clients who converted in the cohort’s',
  first_service: 'clients first serviced in the cohort’s',
};

const KEPT: Record<Mode, (k: string) => string> = {
  status: (k) =>
    `who are active (serviced, not lapsed since, not closed) at the end of its ${k}, or at asOf if that is earlier`,
  bounded: (k) => `with at least one service in its ${k}`,
  unbounded: (k) => `with at least one service in its ${k} or any later one`,
  bracket: (k) => `with at least one service in any ${k} of the bracket`,
};

/** What a report computed, in words, for whoever reads its figures without the documentation at hand. */
export function definitionOf(parameters: RetentionParameters, zone: string): string {
  const { anchor, measure, mode, grain } = parameters;
  const days = windowOfDays(parameters);
  const cohort = `${PLACED[anchor]} ${grain}`;
  const period = days === undefined ? grain : `${days * 24}-hour window`;
  const kth = mode === 'bracket' ? period : `k-th ${period}`;
  return [
    measure === 'clients'
      ? `Of the ${cohort}, the share ${KEPT[mode](kth)}.`
      : `What the services in ${mode === 'bracket' ? `the ${period}s of the bracket` : `the ${kth}`} brought from the ${cohort}, in minor units and each currency by itself, over all of them, payers or not; refunds are not taken off.`,
    days === undefined
      ? `${capital(grain)}s are those of the calendar in ${zone}, and k = 0 is the cohort’s own; services before it are in no cell.`
      : `Windows are elapsed time from each client’s own ${anchor === 'converted' ? 'conversion' : 'first service'}, the first of them k = 0; a cell counts only clients whose window was over at asOf. Cohorts are ${grain}s of the calendar in ${zone}.`,
    ...(mode === 'status' ? [lapsesSaid(parameters)] : []),
    ...groupingSaid(parameters),
    'Only what happened before asOf and was recorded before knownAt counts.',
    'The mean is the sum of numerators over the sum of denominators of complete cells.',
  ].join(' ');
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
