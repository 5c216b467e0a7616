import type { HeldFacts } from '../analytics/held.js';
import type { FactsQuestion } from './retention.figures.js';

/**
 * Clients in a cohort before asOf, with the number of its period among those that begin at `starts`, and, where windows are
 * elapsed time, for how many of them they were observed.
 */
export const placed = (facts: HeldFacts, { anchor, windowOfDays, starts }: Counting): string => {
  const anchored =
    anchor === 'converted'
      ? `SELECT client_id, in_group, counts_from, converted_at AS anchored_at FROM client WHERE converted_at < $1`
      : `SELECT said.client_id, holder.in_group, holder.counts_from, min(said.at) AS anchored_at
         ${facts.servicesOf('client')} GROUP BY 1, 2, 3`;
  const observed =
    windowOfDays === undefined ? 'NULL::int' : windowsOf('$1::timestamptz - anchored_at', windowOfDays);
  return `placed AS MATERIALIZED (
    SELECT client_id, in_group, counts_from, anchored_at, width_bucket(anchored_at, ${starts}) AS cohort, ${observed} AS observed
    FROM (${anchored}) AS anchored)`;
};

const windowsOf = (time: string, days: number): string =>
  `floor(extract(epoch FROM ${time}) / ${days * 86_400})::int`;

export interface Counting extends FactsQuestion {
  /** SQL for the first instants of the periods */
  readonly starts: string;
}

/** The index of something at an instant, in a row of `holder`. */
export const indexOf = (at: string, holder: string, { windowOfDays, starts }: Counting): string =>
  windowOfDays === undefined
    ? `width_bucket(${at}, ${starts}) - ${holder}.cohort`
    : windowsOf(`${at} - ${holder}.anchored_at`, windowOfDays);
