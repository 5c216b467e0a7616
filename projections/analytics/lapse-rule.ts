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

/** Names of the tables that activity follows from. */
export interface ActivityTables {
  /** of `lapsesBy` */
  readonly lapses: string;
  /** of clients with client_id, in_group, first_at and first_event_id: their first service */
  readonly served: string;
}

/**
 * Changes of whether a client is active, as rows of client_id, in_group, at, event_id, delta (1 or -1) and reason: it is from
 * its first service (`serviced`) to a lapse (`lapsed`), again from its return (`returned`), and never while it is closed
 * (`closed`, `reopened`). Of each client the deltas before an instant add up to 1 if it is active then, or 0; what happens to a
 * closed client is there twice, and adds up to nothing.
 */
export function activityChanges({ lapses, served }: ActivityTables, { perClient }: HeldFacts): string {
  const turns = (which: string) => `
    SELECT client_id, in_group, first_at AS at, first_event_id AS event_id, 1 AS delta, 'serviced' AS reason
    FROM ${served} WHERE ${which}
    UNION ALL SELECT client_id, in_group, at, event_id, -1, 'lapsed' FROM ${lapses} WHERE ${which}
    UNION ALL SELECT client_id, in_group, returned_at, return_event_id, 1, 'returned'
    FROM ${lapses} WHERE returned_at IS NOT NULL AND ${which}`;
  // Most clients were never closed: their turns need not be put in order.
  const stretches = `
    SELECT client_id, in_group, at AS since, event_id AS since_event_id, reason AS begun_by, delta,
           lead(at) OVER following AS until, lead(event_id) OVER following AS until_event_id
    FROM (${turns('client_id IN (SELECT client_id FROM closure)')}) AS turn
    WINDOW following AS (PARTITION BY client_id, in_group ORDER BY at, delta)`;
  return `${turns('TRUE')}
    UNION ALL
    SELECT stretch.client_id, stretch.in_group, bound.at, bound.event_id, bound.delta, bound.reason
    FROM (${stretches}) AS stretch JOIN closure AS shut ${perClient}, LATERAL (VALUES
      (greatest(since, shut.at), CASE WHEN since > shut.at THEN since_event_id ELSE shut.event_id END, -1,
       CASE WHEN since > shut.at THEN begun_by ELSE 'closed' END),
      (least(until, shut.reopened_at), CASE WHEN until <= shut.reopened_at OR shut.reopened_at IS NULL THEN until_event_id
                                            ELSE shut.reopened_event_id END, 1,
       CASE WHEN until <= shut.reopened_at OR shut.reopened_at IS NULL THEN 'lapsed' ELSE 'reopened' END)
    ) AS bound(at, event_id, delta, reason)
    WHERE stretch.delta = 1 AND bound.at IS NOT NULL
      AND greatest(since, shut.at) < coalesce(least(until, shut.reopened_at), 'infinity')`;
}

/** By what lapses are judged, in words. */
export const lapsesSaid = ({ windowDays, tieRule = 'ge' }: LapseRule): string =>
  [
    windowDays === undefined
      ? 'Lapses are those on record, by the lapse policy of their time'
      : `A client lapses ${windowDays} days of 86,400 s after a service without another`,
    tieRule === 'ge'
      ? 'a service at the very instant of the lapse is the return from it.'
      : 'a service at the very instant of the lapse came in time.',
  ].join('; ');
