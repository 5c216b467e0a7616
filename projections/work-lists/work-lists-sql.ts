import type { Instant } from '../../src/schema/instant.js';
import { cardsOf } from '../client-record/lives-of.sql.js';
import { ON_CARD, type WorkKind } from '../client-record/work-items.js';
import type { WorkQuery } from './work-lists.parameters.js';

/** Which things to list, and which part of the list. */
export interface WorkListing {
  readonly kinds: readonly WorkKind[];
  readonly state: 'open' | 'resolved';
  readonly query: WorkQuery;
  readonly now: Instant;
  /** what is recorded of the thing under a name must be this */
  readonly equal: Readonly<Record<string, string | undefined>>;
  /** what is recorded under a name is a list, and must hold this */
  readonly among?: Readonly<Record<string, string | undefined>>;
  readonly repeated?: boolean | undefined;
  /** when the last thing of the page before was due, and its id */
  readonly after: readonly [dueAt: Instant, itemId: string] | null;
}

/** What is known of a thing where it counts; and of one that came with a merge, where it was recorded. */
export interface WorkRow {
  readonly kind: WorkKind;
  readonly itemId: string;
  readonly clientId: string;
  readonly dueAt: Date;
  readonly own: object;
  readonly recorded: object | null;
  readonly complaintsEver: number;
  readonly name: string | null;
  readonly phone: string | null;
  readonly clientState: string;
  readonly owner: string | null;
}

/** @returns the statement for one row more than the page holds, by when things fall due */
export function workSql({ kinds, state, query, now, equal, among = {}, repeated, after }: WorkListing) {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const [direction, beyond] = query.order === 'asc' ? ['ASC', '>'] : ['DESC', '<'];
  const order = `due_at ${direction}, item_id ${direction}`;
  const of = `unnest(${given(kinds)}::text[], ${given(kinds.map((kind) => ON_CARD[kind]))}::text[]) AS asked (kind, place)`;
  const known = (name: string, operator: '->' | '->>') =>
    `coalesce(c.items -> asked.place -> w.item_id::text ${operator} ${name}, recorded.item ${operator} ${name})`;
  const conditions = [
    `w.kind = asked.kind AND w.state = ${given(state)} AND r.state <> 'merged'`,
    ...(query.from === undefined ? [] : [`w.due_at >= ${given(query.from)}`]),
    ...(query.to === undefined ? [] : [`w.due_at < ${given(query.to)}`]),
    ...(query.overdue === undefined ? [] : [`w.due_at ${query.overdue ? '<=' : '>'} ${given(now)}`]),
    ...(query.owner === undefined ? [] : [`r.owner = ${given(query.owner)}`]),
    ...wanted(equal).map(([name, value]) => `${known(given(name), '->>')} = ${given(value)}`),
    ...wanted(among).map(([name, value]) => `${known(given(name), '->')} ? ${given(value)}`),
    ...(repeated === undefined
      ? []
      : [`(c.complaints_ever > 1 OR ${known(`'repeatOf'`, '->>')} IS NOT NULL) = ${given(repeated)}`]),
    ...(after ? [`(w.due_at, w.item_id) ${beyond} (${after.map(given).join(', ')})`] : []),
  ];
  const limit = `LIMIT ${given(query.limit + 1)}`;
  const text = `
    SELECT kind, item_id AS "itemId", client_id AS "clientId", due_at AS "dueAt", own, recorded,
        complaints_ever AS "complaintsEver", name, phone, client_state AS "clientState", owner
      FROM ${of} CROSS JOIN LATERAL (
        SELECT w.item_id, w.client_id, w.due_at, c.items -> asked.place -> w.item_id::text AS own,
            recorded.item AS recorded, c.complaints_ever, r.name, r.phone, r.state AS client_state, r.owner
          FROM work_item AS w JOIN client_record AS r USING (client_id) JOIN client_card AS c USING (client_id)
          LEFT JOIN LATERAL (
            SELECT card.items -> asked.place -> w.item_id::text AS item FROM ${cardsOf('r.client_id')}
             WHERE r.absorbed <> '[]' AND life.far > 0 AND card.items -> asked.place ? w.item_id::text
             ORDER BY life.far, life.client_id LIMIT 1
          ) AS recorded ON TRUE
         WHERE ${conditions.join(' AND ')}
         ORDER BY ${order} ${limit}) AS listed
     ORDER BY ${order} ${limit}`;
  return { text, values };
}

const wanted = (fields: Readonly<Record<string, string | undefined>>): [string, string][] =>
  Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
