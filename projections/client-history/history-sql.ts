import { Keyset } from '../../src/http/paging.js';
import { SUBJECT_OF_ENTRY } from './client-amendment.js';

/**
 * $1: client, $2: position up to which facts are known (inclusive).
 * The clients whose facts are the client's: itself, and those it absorbed and has not let go, and theirs. With each comes
 * where the client that was asked for lives on, if it was merged into another and not restored since.
 */
export const LIFE = `
  WITH RECURSIVE life (client_id) AS (
    SELECT $1::uuid
    UNION
    SELECT last.other_id
      FROM life CROSS JOIN LATERAL (
        SELECT DISTINCT ON (other_id) other_id, tie FROM client_tie
         WHERE client_id = life.client_id AND tie IN ('absorbed', 'released') AND position <= $2
         ORDER BY other_id, position DESC) AS last
     WHERE last.tie = 'absorbed'
  )
  SELECT client_id, (
      SELECT CASE tie WHEN 'merged' THEN other_id END FROM client_tie
       WHERE client_id = $1 AND tie IN ('merged', 'restored') ORDER BY position DESC LIMIT 1) AS survivor
    FROM life`;

/** How a page goes on after the last entry of the one before, in either order, and after what the first page begins. */
export const ORDERS = {
  desc: {
    keyset: new Keyset('client-history.desc', ['instant', 'bigint']),
    first: ['infinity', '0'],
    sql: pageSql('(occurred_at, position) < ($2, $3)', 'occurred_at DESC, position DESC'),
  },
  asc: {
    keyset: new Keyset('client-history.asc', ['instant', 'bigint']),
    first: ['-infinity', '0'],
    sql: pageSql('(occurred_at, position) > ($2, $3)', 'occurred_at, position'),
  },
} as const;

/** $1: clients, $4 and $5: from (inclusive) and to, $6: kinds or null, $7: position up to which (inclusive), $8: how many. */
function pageSql(after: string, order: string): string {
  // Each client's facts come in order from its own stretch of the index; only so many of each are read. What puts one right
  // comes later in the log: a return can be recorded, withdrawn and recorded again, and only the first is taken back.
  return `
    SELECT entry.client_id AS "clientId", event_id AS "eventId", position, revision, kind, category,
        occurred_at AS "occurredAt", recorded_at AS "recordedAt", summary, data, sealed, actor_id, actor_role, source,
        (SELECT json_agg(json_build_object('eventId', event_id, 'position', position::text, 'kind', kind,
                    'occurredAt', occurred_at, 'recordedAt', recorded_at, 'summary', summary) ORDER BY position)
           FROM client_amendment AS one
          WHERE one.client_id = ANY($1) AND one.subject = ${SUBJECT_OF_ENTRY} AND one.amends = entry.kind
            AND one.position > entry.position AND one.position <= $7) AS "amendedBy"
      FROM (
        SELECT entry.* FROM unnest($1::uuid[]) AS life (client_id) CROSS JOIN LATERAL (
          SELECT * FROM client_entry
           WHERE client_id = life.client_id AND occurred_at >= $4 AND occurred_at < $5 AND position <= $7
             AND ($6::text[] IS NULL OR kind = ANY($6)) AND ${after}
           ORDER BY ${order} LIMIT $8) AS entry
         ORDER BY ${order} LIMIT $8) AS entry
     ORDER BY ${order}`;
}
