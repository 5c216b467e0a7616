import type { Anchor } from './cohort-retention.tables.js';
import type { Measure, Mode } from './retention.figures.js';

const COHORT: Record<Anchor, string> = {
  converted: 'clients who converted in the cohort’s month',
  first_service: 'clients first serviced in the cohort’s month',
};

const CELL: Record<Measure, (cohort: string, mode: Mode) => string> = {
  clients: (cohort, mode) =>
    `Of the ${cohort}, the share with at least one service in its k-th month${mode === 'unbounded' ? ' or any later one' : ''}.`,
  revenue: (cohort) =>
    `What the services in the k-th month brought from the ${cohort}, in minor units and each currency by itself, over all of them, payers or not.`,
};

/** What a report computed, in words, for whoever reads its figures without the documentation at hand. */
export const definitionOf = (
  { anchor, measure, mode }: { readonly anchor: Anchor; readonly measure: Measure; readonly mode: Mode },
  zone: string,
): string =>
  [
    CELL[measure](COHORT[anchor], mode),
    `Months are those of the calendar in ${zone}, and k = 0 is the cohort’s own; services before it are in no cell.`,
    'Only what happened before asOf and was recorded before knownAt counts.',
    'The mean is the sum of numerators over the sum of denominators of complete cells.',
  ].join(' ');
