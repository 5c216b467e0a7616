import type { Instant } from '../../src/schema/instant.js';
import { membersNow } from '../segment-membership/members-now.js';
import type { AskedWord } from '../client-record/search-words.js';
import type { DirectoryQuery, Sort } from './client-directory.answers.js';

/** By what the directory is ordered, and what kind of value that is in a cursor. */
export const ORDERS = {
  name: { sql: 'r.name_order', kind: 'text' },
  converted: { sql: 'r.converted_at', kind: 'instant' },
  lastService: { sql: 'r.serviced_order', kind: 'instant' },
  lifetimeValue: { sql: 'l.amount_minor', kind: 'bigint' },
} as const satisfies Record<Sort, object>;

const COLUMNS = `r.client_id AS "clientId", r.name, r.email, r.phone, r.address, r.client_type AS "clientType", r.trade,
  r.owner, r.tags, r.state, r.state_since AS "stateSince", r.converted_at AS "convertedAt",
  r.first_serviced_at AS "firstServicedAt", r.last_serviced_at AS "lastServicedAt", r.services, r.lifetime,
  r.lapsed_since AS "lapsedSince", r.erased`;

/** Which clients to list, and which part of the list. */
export interface Listing {
  readonly query: DirectoryQuery;
  readonly words: readonly AskedWord[];
  /** whether what is spelled alike matches too */
  readonly alike: boolean;
  /** undefined for the best match first */
  readonly sort: Sort | undefined;
  readonly descending: boolean;
  /** order and id of the last client of the page before */
  readonly after: readonly [order: string | number, clientId: string] | null;
  readonly now: Instant;
}

/** @returns the statement for one row more than the page holds; `orderedBy` is what it is ordered by, beside the id */
export function listingSql(listing: Listing): { text: string; values: unknown[] } {
  const { query, words, alike, sort, descending, after, now } = listing;
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const order = sort ? ORDERS[sort].sql : rank(given(words.map(({ word }) => word).join(' ')), alike);
  const direction = descending ? 'DESC' : 'ASC';
  const page = (id: string) => ({
    conditions: after ? [`(${order}, ${id}) ${descending ? '<' : '>'} (${after.map(given).join(', ')})`] : [],
    order: `ORDER BY "orderedBy" ${direction}, ${id} ${direction} LIMIT ${given(query.limit + 1)}`,
  });
  const found = words.map((word) => matches(word, alike, given));
  const filters = filtersOf(query, now, given);
  if (!sort && filters.length === 0) {
    // Of a common name there are thousands: only the records of the best are looked up.
    const { conditions, order: inOrder } = page('s.client_id');
    return {
      text: `SELECT ${COLUMNS}, best."orderedBy"
       FROM (SELECT client_id, ${order} AS "orderedBy" FROM client_search AS s
              WHERE ${[...found, ...conditions].join(' AND ')} ${inOrder}) AS best
       JOIN client_record AS r USING (client_id)
      ORDER BY best."orderedBy" ${direction}, client_id ${direction}`,
      values,
    };
  }
  const { conditions, order: inOrder } = page('r.client_id');
  return {
    text: `SELECT ${COLUMNS}, ${order} AS "orderedBy"
       FROM client_record AS r
       ${words.length > 0 ? 'JOIN client_search AS s USING (client_id)' : ''}
       ${query.currency === undefined ? '' : 'JOIN client_lifetime AS l USING (client_id)'}
      WHERE ${[`r.state <> 'merged'`, ...filters, ...found, ...conditions].join(' AND ')} ${inOrder}`,
    values,
  };
}

function filtersOf(query: DirectoryQuery, now: Instant, given: (value: unknown) => string): string[] {
  const { state, tag, type, trade, owner, segment, currency } = query;
  const equal = {
    'r.state': state,
    'r.client_type': type,
    'r.trade': trade,
    'r.owner': owner,
    'l.currency': currency,
  };
  return [
    ...Object.entries(equal).flatMap(([column, value]) =>
      value === undefined ? [] : [`${column} = ${given(value)}`],
    ),
    ...(tag === undefined
      ? []
      : [`r.client_id IN (SELECT client_id FROM client_tag WHERE tag = ${given(tag)})`]),
    ...(segment === undefined ? [] : [`r.client_id IN (${membersNow(given(segment), given(now))})`]),
  ];
}

/**
 * In millionths, and whole, so that a cursor can hold it: how much the name is what was asked; of what is spelled alike,
 * also how much of what was asked is in the words.
 */
const rank = (asked: string, alike: boolean): string =>
  alike
    ? `((similarity(${asked}, s.name) + word_similarity(${asked}, s.words)) * 1000000)::integer`
    : `(similarity(${asked}, s.name) * 1000000)::integer`;

/** Numbers are not misspelled, and of short words too little is left to tell them by. */
export const canBeMisspelled = ({ word }: AskedWord): boolean => word.length > 3 && !/\d/.test(word);

function matches(asked: AskedWord, alike: boolean, given: (value: unknown) => string): string {
  const ways = asked.patterns.map((pattern) => `s.words LIKE ${given(pattern)}`);
  if (alike && canBeMisspelled(asked)) ways.push(`s.words %> ${given(asked.word)}`);
  return `(${ways.join(' OR ')})`;
}
