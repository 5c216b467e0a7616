import type { Instant } from '../../src/schema/instant.js';
import { cardsOf } from '../client-record/lives-of.sql.js';
import type { OpportunityKind, Reason } from './opportunity.js';
import type { OpportunitiesQuery } from './opportunities.parameters.js';

/** A reason, or one that only others like the client tell of. */
export type ReasonToday =
  | Reason
  | {
      readonly kind: 'additional_service';
      readonly mainType: string;
      readonly serviceType: string;
      /** of so many clients that mostly have the main type done, so many had the other one done */
      readonly clients: number;
      readonly of: number;
    }
  | {
      readonly kind: 'at_risk';
      readonly because: 'quiet_for_type';
      readonly since: Instant;
      readonly serviceType: string;
      readonly usualDays: number;
    };

/** Of fewer clients, or gaps, nobody can say what is usual. */
const FEWEST_ALIKE = 10;
/** What one in four of them had done is worth proposing. */
const LEAST_SHARE = 0.25;
/** What four of five gaps are at most, as for a client's own (`unusualGapDays`). */
const UNUSUAL = 0.8;

/** Where the page before ended. */
export type OpportunityKey = readonly [rank: string, clientId: string, kind: string, subject: string];

export interface OpportunityListing {
  readonly query: OpportunitiesQuery;
  /** what is an opportunity by then is listed */
  readonly by: Instant;
  readonly after: OpportunityKey | null;
}

/** @returns the statement for one row more than the page holds: whoever brought the most comes first */
export function opportunitiesSql({ query, by, after }: OpportunityListing) {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const now = `${given(by)}::timestamptz`;
  const limit = `LIMIT ${given(query.limit + 1)}`;
  const { trade, owner, currency } = query;
  const filters = Object.entries({ trade, owner, currency }).flatMap(([column, value]) =>
    value === undefined ? [] : [`one.${column} = ${given(value)}`],
  );
  const key = after && [given(after[0]), ...after.slice(1).map(given)].join(', ');
  const later = (kind: string, subject: string): string[] =>
    after
      ? [`one.rank >= ${given(after[0])}`, `(one.rank, one.client_id, ${kind}, ${subject}) > (${key})`]
      : [];
  const first: First = ({ from, also = '', conditions, kind, subject }) =>
    `SELECT one.*${also} FROM ${from} CROSS JOIN LATERAL (${CLIENT}) AS r
      WHERE ${[...conditions, `one.from_at <= ${now}`, ...filters, ...later(kind, subject), mayBeCalled(subject)].join(' AND ')}
      ORDER BY one.rank, one.client_id, ${subject}::text ${limit}`;
  const columns = 'kind, rank, client_id, subject, currency, from_at, reason';
  const arms = [
    `SELECT ${columns}
       FROM unnest(${given(query.kind)}::text[]) AS asked CROSS JOIN LATERAL (
         ${first({ from: 'opportunity AS one', conditions: ['one.kind = asked'], kind: 'one.kind', subject: 'one.subject' })}) AS found`,
    ...(asks(query, 'additional_service') ? [ADDITIONAL(first, given)] : []),
    ...(asks(query, 'at_risk') ? [QUIET(first, given, now)] : []),
  ];
  const text = `
    SELECT kind, rank, client_id AS "clientId", subject, currency, from_at AS "fromAt", reason, r.name, r.phone,
        r.email, r.trade, r.owner, r.state, r.lifetime
      FROM (${arms.map((arm) => `(${arm})`).join(' UNION ALL ')}) AS listed (${columns})
      JOIN client_record AS r USING (client_id)
     ORDER BY rank, client_id, kind, subject ${limit}`;
  return { text, values };
}

const asks = ({ kind }: OpportunitiesQuery, one: OpportunityKind): boolean => kind.includes(one);

/** What some opportunities are read from: `one`, a row of a table that is in the order of the list. */
interface Some {
  readonly from: string;
  /** further columns, each after a comma */
  readonly also?: string;
  readonly conditions: readonly string[];
  /** what of the key of the list is not in the row: expressions */
  readonly kind: string;
  readonly subject: string;
}
/**
 * OFFSET 0 keeps PostgreSQL from joining all clients there are before it looks for the first few: the rows come in order, and
 * the client of each is looked up until a page is full.
 */
const CLIENT = `
  SELECT absorbed FROM client_record WHERE client_id = one.client_id OFFSET 0`;

/** @returns a query for the first of them, so many as a page takes */
type First = (some: Some) => string;
type Given = (value: unknown) => string;

/**
 * Rows know what their own client said of being contacted; what was said as one of the clients merged into it stands with
 * those, as for the card. An open complaint is seen to all the same.
 */
const mayBeCalled = (subject: string): string => `
  (r.absorbed = '[]' OR ${subject} = 'open_complaint' OR (
    SELECT coalesce(bool_or(granted) OR NOT bool_or(consent.kind = 'any'), TRUE)
      FROM ${cardsOf('one.client_id')}
     CROSS JOIN LATERAL jsonb_to_recordset(consents) AS consent (kind text, granted boolean)))`;

/** Each client is met once, however many things others like it had done. */
const ADDITIONAL = (first: First, given: Given): string => `
  SELECT 'additional_service', rank, client_id, other_type, currency, from_at,
      jsonb_build_object('kind', 'additional_service', 'mainType', usual.main_type, 'serviceType', other_type,
        'clients', clients, 'of', alike)
    FROM (SELECT main_type, every.clients AS alike, array_agg(pair.other_type) AS others, array_agg(pair.clients) AS had
            FROM service_pair AS pair JOIN service_pair AS every USING (main_type)
           WHERE every.other_type = main_type AND pair.other_type <> main_type
             AND every.clients >= ${given(FEWEST_ALIKE)} AND pair.clients >= ${given(LEAST_SHARE)}::numeric * every.clients
           GROUP BY main_type, every.clients) AS usual
    CROSS JOIN LATERAL (
      ${first({
        from: 'prospect AS one CROSS JOIN LATERAL unnest(usual.others, usual.had) AS other (other_type, clients)',
        also: ', other.other_type, other.clients',
        conditions: ['one.main_type = usual.main_type', 'NOT one.types ? other.other_type'],
        kind: `'additional_service'`,
        subject: 'other.other_type',
      })}) AS found`;

const QUIET = (first: First, given: Given, now: string): string => `
  SELECT 'at_risk', rank, client_id, 'quiet_for_type', currency, last_serviced_at + usual.days * interval '24 hours',
      jsonb_build_object('kind', 'at_risk', 'because', 'quiet_for_type', 'since', last_serviced_at,
        'serviceType', service_type, 'usualDays', usual.days)
    FROM (SELECT service_type, min(days) FILTER (WHERE up_to >= ${given(UNUSUAL)}::numeric * of_all) AS days
            FROM (SELECT service_type, days, sum(gaps) OVER (PARTITION BY service_type ORDER BY days) AS up_to,
                      sum(gaps) OVER (PARTITION BY service_type) AS of_all FROM service_gap) AS running
           WHERE of_all >= ${given(FEWEST_ALIKE)} GROUP BY service_type) AS usual
    CROSS JOIN LATERAL (
      ${first({
        from: 'prospect AS one',
        conditions: [
          'one.main_type = usual.service_type AND NOT one.has_habit',
          `one.last_serviced_at + usual.days * interval '24 hours' < ${now}`,
        ],
        kind: `'at_risk'`,
        subject: `'quiet_for_type'`,
      })}) AS found`;
