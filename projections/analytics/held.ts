import type { Instant } from '../../src/schema/instant.js';
import type { Withdrawn } from './facts/service.facts.js';
import type { ClientFilters, Grouping } from './analytics.parameters.js';

/** Which facts count for a report, and of which clients. */
export interface HeldQuestion extends Pick<
  ClientFilters,
  'segment' | 'serviceType' | 'technician' | 'source' | 'trade' | 'clientType'
> {
  /** business time, exclusive */
  readonly asOf: Instant;
  /** record time, exclusive; null for all that is on record */
  readonly knownAt: Instant | null;
  readonly groupBy?: Grouping | undefined;
  /** only these clients, by id */
  readonly among?: readonly string[] | undefined;
}

/** SQL in which the facts of a report stand as tables, and the parameters that it needs. */
export interface HeldFacts {
  /** `WITH RECURSIVE …`, to go before SELECT; further tables may be added after a comma. What is not used costs nothing */
  readonly with: string;
  /** for the query; `$1` is asOf */
  readonly parameters: unknown[];
  /** adds a parameter. @returns its name, `$3`; PostgreSQL may have to be told its type, `$3::int` */
  readonly bind: (value: unknown) => string;
  /** how tables with rows for clients are joined: `USING (client_id)`, or with the group where a client can be in several */
  readonly perClient: string;
  /**
   * The services of clients without the detour through `client`, which halves the time where there are millions.
   * @param holder a table made of `client`, with its client_id and counts_from
   * @returns `FROM … WHERE …`, in which `said` stands for the services and `holder` for that table
   */
  readonly servicesOf: (holder: string) => string;
}

/**
 * The facts as they were held true at a moment, of what had happened before another. Every measure is counted from these
 * tables, so that all of them agree on what counts (definitions §0). Voided services, revoked lapses and absorbed clients
 * are in none of them; what belongs to an absorbed client stands under its survivor.
 *
 * | table           | a row for                              | columns                                                       |
 * | --------------- | -------------------------------------- | ------------------------------------------------------------- |
 * | `client`        | a client that the filters let pass     | client_id, converted_at, conversion_event_id, source, trade, client_type, in_group |
 * | `service`       | its services before asOf               | client_id, in_group, service_id, event_id, position, at, amount_minor, currency, service_type, technicians (jsonb) |
 * | `first_service` | the first of them; of all clients      | client_id, service_id, event_id, at, service_type, technician |
 * | `lapse`         | its recorded lapses before asOf        | client_id, in_group, lapse_id, event_id, at, last_serviced_at, window_days, returned_at, return_event_id, return_service_id, attempt_id (these null where it had not returned by asOf) |
 * | `closure`       | its explicit exits before asOf         | client_id, in_group, event_id, at, reason, reopened_at, reopened_event_id |
 * | `refund`        | money given back, negative             | client_id, in_group, invoice_id, event_id, at, amount_minor, currency |
 * | `feedback`      | answers                                | client_id, in_group, feedback_id, event_id, position, at, instrument, score, service_id |
 * | `ask`           | review requests sent                   | client_id, in_group, event_id, at, channel, service_id        |
 * | `attempt`       | attempts to win it back                | client_id, in_group, attempt_id, event_id, at, channel, campaign |
 * | `complaint_change` | a complaint raised, resolved, reopened | client_id, in_group, complaint_id, event_id, position, at, change, service_id, category, severity, satisfaction |
 * | `complaint`     | a complaint raised before asOf         | client_id, in_group, complaint_id, event_id, at, service_id, category, severity, resolved_at, resolved_event_id (null while it is open at asOf) |
 *
 * A client may have converted at or after asOf, where a service of it lies before: who counts conversions demands
 * `converted_at < $1`. `in_group` is the value that the client is grouped by, null where it has none or nothing is grouped;
 * grouped by segment, a client is there once for each segment it is in.
 */
export function heldFacts(question: HeldQuestion): HeldFacts {
  const { asOf, knownAt } = question;
  const parameters: unknown[] = knownAt === null ? [asOf] : [asOf, knownAt];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const known: Known = (table) => (knownAt === null ? 'TRUE' : `${table}.recorded_at < $2::timestamptz`);
  const servicesOf = (holder: string) => `FROM ${holder} AS holder JOIN fact_service AS said USING (client_id)
    WHERE said.at < $1 AND said.position >= holder.counts_from AND ${standing(known, 'said', 'service', 'service_id')}`;
  const tables = {
    ...heldTables(known, knownAt !== null, servicesOf),
    client: clientTable(question, bind),
  };
  const ctes = Object.entries(tables).map(([name, sql]) => `${name} AS NOT MATERIALIZED (${sql})`);
  return {
    with: `WITH RECURSIVE ${ctes.join(', ')}`,
    parameters,
    bind,
    perClient: question.groupBy === 'segment' ? 'USING (client_id, in_group)' : 'USING (client_id)',
    servicesOf,
  };
}

/** What a client is grouped by, in SQL. */
const GROUPS: Record<Grouping, string> = {
  segment: 'grouping_segment.segment',
  serviceType: 'first_service.service_type',
  technician: 'first_service.technician',
  source: 'living.source',
  trade: 'living.trade',
  clientType: 'living.client_type',
};

/** SQL that says of a stay in a segment that it went on just before an instant. */
export const memberBefore = (at: string): string =>
  `entered_at < ${at} AND (left_at IS NULL OR left_at >= ${at})`;

/** SQL for a column of a service `said`: of one restated, what was done and by whom is what was said of it last. */
export const lastSaid = (column: string): string => `CASE WHEN said.restated AND said.${column} IS NULL THEN (
      SELECT earlier.${column} FROM fact_service AS earlier
      WHERE earlier.service_id = said.service_id AND earlier.position < said.position AND earlier.${column} IS NOT NULL
      ORDER BY earlier.position DESC LIMIT 1)
    ELSE said.${column} END`;

function clientTable(question: HeldQuestion, bind: HeldFacts['bind']): string {
  const { segment, serviceType, technician, source, trade, clientType, groupBy, among } = question;
  const equal = (column: string, value: string | undefined) =>
    value === undefined ? [] : [`${column} = ${bind(value)}`];
  const demands = [
    ...(among === undefined ? [] : [`client_id = ANY(${bind(among)}::uuid[])`]),
    ...equal(GROUPS.source, source),
    ...equal(GROUPS.trade, trade),
    ...equal(GROUPS.clientType, clientType),
    ...equal(GROUPS.serviceType, serviceType),
    ...equal(GROUPS.technician, technician),
    ...(segment === undefined
      ? []
      : [
          `client_id IN (SELECT client_id FROM segment_member WHERE segment = ${bind(segment)} AND ${memberBefore('$1')})`,
        ]),
  ];
  const byFirst = [serviceType, technician].some((one) => one !== undefined);
  const needsFirst = byFirst || groupBy === 'serviceType' || groupBy === 'technician';
  return `SELECT client_id, living.converted_at, living.conversion_event_id, living.counts_from, living.source, living.trade,
      living.client_type, ${groupBy === undefined ? 'NULL::text' : GROUPS[groupBy]} AS in_group
    FROM living
      ${needsFirst ? 'LEFT JOIN first_service USING (client_id)' : ''}
      ${groupBy === 'segment' ? `JOIN (SELECT client_id, segment FROM segment_member WHERE ${memberBefore('$1')}) AS grouping_segment USING (client_id)` : ''}
    ${demands.length === 0 ? '' : `WHERE ${demands.join(' AND ')}`}`;
}

/** SQL that says of a table's row that it was recorded in time. */
type Known = (table: string) => string;

/** @returns SQL that says of a table's row that it was recorded in time, and taken back by nothing that was, too */
const standing = (known: Known, table: string, kind: Withdrawn, item: string): string =>
  `${known(table)} AND NOT EXISTS (
    SELECT FROM fact_withdrawal AS gone
    WHERE gone.kind = '${kind}' AND gone.item_id = ${table}.${item} AND gone.client_id = ${table}.client_id
      AND gone.position > ${table}.position AND ${known('gone')})`;

/** @param then whether what was known at a moment is asked for, and not all that is on record */
function heldTables(
  known: Known,
  then: boolean,
  servicesOf: HeldFacts['servicesOf'],
): Record<string, string> {
  const stands = (table: string, kind: Withdrawn, item: string) => standing(known, table, kind, item);
  const lastKnown = (table: string, item: string) =>
    `SELECT DISTINCT ON (${item}) * FROM ${table} WHERE ${known(table)} ORDER BY ${item}, position DESC`;
  /** Whose something is that was recorded in the stream of a client. */
  const owned = (table: string, item: string | null, columns: string) => `
    SELECT client.client_id, client.in_group, said.event_id, said.position, said.at, ${columns}
    FROM ${table} AS said
      ${item === null ? '' : `LEFT JOIN moved ON moved.item_id = said.${item}`}
      LEFT JOIN pooled ON pooled.client_id = ${item === null ? 'said.client_id' : 'coalesce(moved.to_client_id, said.client_id)'}
      JOIN client ON client.client_id = coalesce(pooled.living_id, ${item === null ? '' : 'moved.to_client_id, '}said.client_id)
    WHERE said.at < $1 AND ${known('said')}`;

  return {
    living: `SELECT client_id, converted_at, event_id AS conversion_event_id, counts_from, source, trade, client_type FROM held_client
      WHERE ${then ? 'recorded_at < $2::timestamptz AND (superseded_at IS NULL OR superseded_at >= $2)' : 'superseded_at IS NULL'}`,
    first_service: `SELECT DISTINCT ON (said.client_id) said.client_id, said.service_id, said.event_id, said.at,
        ${lastSaid('service_type')} AS service_type, (${lastSaid('technicians')}) ->> 0 AS technician
      ${servicesOf('living')} ORDER BY said.client_id, said.at, said.position`,
    client: '',
    service: `SELECT said.client_id, holder.in_group, said.service_id, said.event_id, said.position, said.at,
        said.amount_minor, said.currency, ${lastSaid('service_type')} AS service_type,
        ${lastSaid('technicians')} AS technicians
      ${servicesOf('client')}`,
    lapse: `SELECT said.client_id, client.in_group, said.lapse_id, said.event_id, said.at, said.last_serviced_at,
        said.window_days, back.at AS returned_at, back.event_id AS return_event_id,
        back.service_id AS return_service_id, back.attempt_id
      FROM client JOIN fact_lapse AS said USING (client_id)
        LEFT JOIN fact_return AS back ON back.lapse_id = said.lapse_id AND back.client_id = said.client_id
          AND back.at < $1 AND ${stands('back', 'return', 'lapse_id')}
      WHERE said.at < $1 AND ${stands('said', 'lapse', 'lapse_id')}`,
    exit: `SELECT client_id, position, event_id, at, reason, reopened_at, reopened_event_id
      FROM (SELECT client_id, change, position, event_id, at, reason, lead(at) OVER later AS reopened_at,
                   lead(event_id) OVER later AS reopened_event_id
            FROM fact_closure WHERE at < $1 AND ${known('fact_closure')}
            WINDOW later AS (PARTITION BY client_id ORDER BY position)) AS turns
      WHERE change = 'closed'`,
    // Told late, one exit can lie within another: they are one then.
    closure: `SELECT client_id, in_group, (array_agg(stay.event_id ORDER BY at, position))[1] AS event_id, min(at) AS at,
        (array_agg(reason ORDER BY at, position))[1] AS reason,
        nullif(max(coalesce(reopened_at, 'infinity')), 'infinity') AS reopened_at,
        CASE WHEN bool_and(reopened_at IS NOT NULL)
             THEN (array_agg(reopened_event_id ORDER BY reopened_at DESC, position))[1] END AS reopened_event_id
      FROM (SELECT *, count(*) FILTER (WHERE apart) OVER (PARTITION BY client_id ORDER BY at, position) AS number
            FROM (SELECT *, coalesce(at > max(coalesce(reopened_at, 'infinity')) OVER (
                    PARTITION BY client_id ORDER BY at, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), TRUE) AS apart
                  FROM exit) AS exits) AS stay
        JOIN client USING (client_id)
      GROUP BY client_id, in_group, number`,
    merged: `SELECT client_id, survivor_id FROM (${lastKnown('fact_merge', 'client_id')}) AS last WHERE survivor_id IS NOT NULL`,
    chain: `SELECT client_id, survivor_id FROM merged
      UNION SELECT chain.client_id, merged.survivor_id FROM chain JOIN merged ON merged.client_id = chain.survivor_id`,
    pooled: `SELECT client_id, survivor_id AS living_id FROM chain WHERE survivor_id NOT IN (SELECT client_id FROM merged)`,
    moved: lastKnown('fact_move', 'item_id'),
    refund: owned('fact_refund', 'invoice_id', 'said.invoice_id, said.amount_minor, said.currency'),
    feedback: owned(
      'fact_feedback',
      'feedback_id',
      'said.feedback_id, said.instrument, said.score, said.service_id',
    ),
    ask: owned('fact_ask', null, 'said.channel, said.service_id'),
    attempt: owned('fact_attempt', 'attempt_id', 'said.attempt_id, said.channel, said.campaign'),
    complaint_change: owned(
      'fact_complaint',
      'complaint_id',
      'said.complaint_id, said.change, said.service_id, said.category, said.severity, said.satisfaction',
    ),
    complaint: `SELECT raised.client_id, raised.in_group, raised.complaint_id, raised.event_id, raised.at, raised.service_id,
        raised.category, raised.severity, last.at AS resolved_at, last.event_id AS resolved_event_id
      FROM complaint_change AS raised LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT change, at, event_id FROM fact_complaint AS said
          WHERE said.complaint_id = raised.complaint_id AND said.at < $1 AND ${known('said')}
          ORDER BY position DESC LIMIT 1) AS latest
        WHERE change = 'resolved') AS last ON TRUE
      WHERE raised.change = 'raised'`,
  };
}
