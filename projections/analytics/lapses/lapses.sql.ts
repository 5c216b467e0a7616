import { heldFacts, type HeldFacts } from '../held.js';
import { activityChanges, lapsesBy } from '../lapse-rule.js';
import type { Frame } from '../reports.js';
import { clientFilters } from '../reports.js';
import type { LapsesParameters } from './lapses.parameters.js';

/**
 * The tables that lapses and states are counted from: beside those of the facts
 *
 * | table     | a row for                                          |
 * | --------- | -------------------------------------------------- |
 * | `served`  | a client that was ever serviced: first_at, first_event_id, last_at, last_event_id |
 * | `lapsed`  | a lapse, as `lapsesBy` gives it                    |
 * | `change`  | a change of whether a client is active (`activityChanges`) |
 * | `churned` | a lapse of a client who was active when its period began: at, event_id, period |
 *
 * @param starts SQL for the first instants of the periods
 */
export function lapseTables(
  parameters: LapsesParameters,
  { asOf, knownAt }: Frame,
): { facts: HeldFacts; with: (starts: string) => string } {
  const facts = heldFacts({ ...clientFilters(parameters), asOf, knownAt });
  const lapses = lapsesBy(parameters, facts);
  const changes = activityChanges({ lapses: 'lapsed', served: 'served' }, facts);
  return {
    facts,
    with: (starts) => `${facts.with},
      served AS MATERIALIZED (
        SELECT client_id, in_group, min(at) AS first_at, max(at) AS last_at,
               (array_agg(event_id ORDER BY at, position))[1] AS first_event_id,
               (array_agg(event_id ORDER BY at DESC, position DESC))[1] AS last_event_id
        FROM service GROUP BY client_id, in_group),
      lapsed AS MATERIALIZED (${lapses}),
      change AS (${changes}),
      churned AS (
        SELECT client_id, in_group, at, event_id, period
        FROM (SELECT lapsed.client_id, lapsed.in_group, lapsed.at, lapsed.event_id,
                     width_bucket(lapsed.at, ${starts}) AS period,
                     coalesce(lag(lapsed.returned_at) OVER earlier, first_at) AS since
              FROM lapsed JOIN served ${facts.perClient}
              WINDOW earlier AS (PARTITION BY lapsed.client_id, lapsed.in_group ORDER BY lapsed.at)) AS stretch
        WHERE since < (${starts})[period] AND NOT EXISTS (
          SELECT FROM closure AS shut WHERE shut.client_id = stretch.client_id
            AND (shut.at < (${starts})[period] AND (shut.reopened_at IS NULL OR shut.reopened_at >= (${starts})[period])
              OR shut.at < stretch.at AND (shut.reopened_at IS NULL OR shut.reopened_at >= stretch.at))))`,
  };
}
