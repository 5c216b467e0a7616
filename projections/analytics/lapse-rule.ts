import { OneOf } from '../../src/schema/fields.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { LONGEST_WINDOW_DAYS } from '../../src/schema/value-fields.js';
import type { HeldFacts } from './held.js';

export const TIE_RULES = ['ge', 'gt'] as const;
/** Of a service at the very instant when the window runs out: by `ge` it finds the client lapsed and is its return; by `gt` it came in time. */
export type TieRule = (typeof TIE_RULES)[number];

const ABOUT_WINDOW =
  'lapses by a window of so many days, worked out from the services; those on record, by the lapse policy of their time, unless told';
const ABOUT_TIE =
  'of a service at the very instant when the window runs out: ge, it finds the client lapsed and is its return; gt, it came in time';

/** The parameters by which lapses are judged. */
export const WindowDays = () =>
  QueryInteger({ about: ABOUT_WINDOW, min: 1, max: LONGEST_WINDOW_DAYS, optional: true });
export const Tie = () => OneOf(TIE_RULES, { about: ABOUT_TIE, optional: true });

export interface LapseRule {
  /** undefined for the lapses on record */
  readonly windowDays?: number | undefined;
  readonly tieRule?: TieRule | undefined;
}

/**
 * @returns SQL that selects lapses before asOf with the columns client_id, in_group, event_id, at, returned_at,
 *   return_event_id (both null where the client had not returned by asOf). The event of a lapse that is worked out is the service
 *   whose window ran out.
 */
export function lapsesBy({ windowDays, tieRule = 'ge' }: LapseRule, { bind }: HeldFacts): string {
  if (windowDays === undefined) {
    const counts = tieRule === 'ge' ? 'TRUE' : 'returned_at IS DISTINCT FROM at';
    return `SELECT client_id, in_group, event_id, at, returned_at, return_event_id FROM lapse WHERE ${counts}`;
  }
  const days = `${bind(windowDays)}::int`;
  return `SELECT client_id, in_group, event_id, lapses_at AS at, next_at AS returned_at, next_event_id AS return_event_id
    FROM (SELECT client_id, in_group, event_id, at + make_interval(secs => ${days} * 86400.0) AS lapses_at,
                 lead(at) OVER following AS next_at, lead(event_id) OVER following AS next_event_id
          FROM service WINDOW following AS (PARTITION BY client_id, in_group ORDER BY at, position)) AS gap
    WHERE lapses_at < $1 AND (next_at IS NULL OR next_at ${tieRule === 'ge' ? '>=' : '>'} lapses_at)`;
}

/**
 * Changes of whether a client is active, as rows of client_id, in_group, at, delta (1 or -1): it is from its first service
 * to a lapse, again from its return, and never while it is closed. At an instant the sum of the deltas before it is 1 if it
 * is active, or 0.
 * @param lapses name of a table of `lapsesBy`
 * @param served name of a table of clients with client_id, in_group and first_at, their first service
 */
export const activityChanges = (lapses: string, served: string, { perClient }: HeldFacts): string => `
  SELECT client_id, in_group, first_at AS at, 1 AS delta FROM ${served}
  UNION ALL SELECT client_id, in_group, at, -1 FROM ${lapses}
  UNION ALL SELECT client_id, in_group, returned_at, 1 FROM ${lapses} WHERE returned_at IS NOT NULL
  UNION ALL
  SELECT shut.client_id, shut.in_group, bound.at, bound.delta
  FROM (SELECT stretch.client_id, stretch.in_group, since, until, closure.at AS closed_at, closure.reopened_at
        FROM (SELECT client_id, in_group, at AS since, delta,
                     lead(at) OVER (PARTITION BY client_id, in_group ORDER BY at, delta) AS until
              FROM (SELECT client_id, in_group, first_at AS at, 1 AS delta FROM ${served}
                    UNION ALL SELECT client_id, in_group, at, -1 FROM ${lapses}
                    UNION ALL SELECT client_id, in_group, returned_at, 1 FROM ${lapses}) AS turn
              WHERE at IS NOT NULL AND client_id IN (SELECT client_id FROM closure)) AS stretch
          JOIN closure ${perClient}
        WHERE delta = 1) AS shut,
       LATERAL (VALUES (greatest(since, closed_at), -1), (least(until, reopened_at), 1)) AS bound(at, delta)
  WHERE bound.at IS NOT NULL AND greatest(since, closed_at) < coalesce(least(until, reopened_at), 'infinity')`;
