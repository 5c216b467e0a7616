import type { Instant } from '../../src/schema/instant.js';
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
  const filters = Object.entries({ 'r.trade': trade, 'r.owner': owner, 'one.currency': currency }).flatMap(
    ([column, value]) => (value === undefined ? [] : [`${column} = ${given(value)}`]),
  );
  const key = after && [given(after[0]), ...after.slice(1).map(given)].join(', ');
  const later = (kind: string, subject: string): string[] =>
    after
      ? [`one.rank >= ${given(after[0])}`, `(one.rank, one.client_id, ${kind}, ${subject}) > (${key})`]
      : [];
  /** the first of a table, in the order of the list, that meet some conditions */
  const first = (table: string, conditions: readonly string[], kind: string, subject: string): string =>
    `SELECT one.* FROM ${table} AS one JOIN client_record AS r USING (client_id)
      WHERE ${[...conditions, `one.from_at <= ${now}`, ...filters, ...later(kind, subject)].join(' AND ')}
      ORDER BY one.rank, one.client_id, ${subject}::text ${limit}`;
  const columns = 'kind, rank, client_id, subject, currency, from_at, reason';
  const arms = [
    `SELECT ${columns}
       FROM unnest(${given(query.kind)}::text[]) AS asked CROSS JOIN LATERAL (
         ${first('opportunity', ['one.kind = asked'], 'one.kind', 'one.subject')}) AS found`,
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

type First = (table: string, conditions: readonly string[], kind: string, subject: string) => string;
type Given = (value: unknown) => string;

const ADDITIONAL = (first: First, given: Given): string => `
  SELECT 'additional_service', rank, client_id, other_type, currency, from_at,
      jsonb_build_object('kind', 'additional_service', 'mainType', pair.main_type, 'serviceType', other_type,
        'clients', clients, 'of', alike)
    FROM (SELECT main_type, pair.other_type, pair.clients, every.clients AS alike
            FROM service_pair AS pair JOIN service_pair AS every USING (main_type)
           WHERE every.other_type = main_type AND pair.other_type <> main_type
             AND every.clients >= ${given(FEWEST_ALIKE)} AND pair.clients >= ${given(LEAST_SHARE)}::numeric * every.clients) AS pair
    CROSS JOIN LATERAL (
      ${first(
        'prospect',
        ['one.main_type = pair.main_type', 'NOT one.types ? pair.other_type'],
        `'additional_service'`,
        'pair.other_type',
      )}) AS found`;

const QUIET = (first: First, given: Given, now: string): string => `
  SELECT 'at_risk', rank, client_id, 'quiet_for_type', currency, last_serviced_at + usual.days * interval '24 hours',
      jsonb_build_object('kind', 'at_risk', 'because', 'quiet_for_type', 'since', last_serviced_at,
        'serviceType', service_type, 'usualDays', usual.days)
    FROM (SELECT service_type, min(days) FILTER (WHERE up_to >= ${given(UNUSUAL)}::numeric * of_all) AS days
            FROM (SELECT service_type, days, sum(gaps) OVER (PARTITION BY service_type ORDER BY days) AS up_to,
                      sum(gaps) OVER (PARTITION BY service_type) AS of_all FROM service_gap) AS running
           WHERE of_all >= ${given(FEWEST_ALIKE)} GROUP BY service_type) AS usual
    CROSS JOIN LATERAL (
      ${first(
        'prospect',
        [
          'one.main_type = usual.service_type AND NOT one.has_habit',
          `one.last_serviced_at + usual.days * interval '24 hours' < ${now}`,
        ],
        `'at_risk'`,
        `'quiet_for_type'`,
      )}) AS found`;
