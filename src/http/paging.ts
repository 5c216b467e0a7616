import { createHash } from 'node:crypto';
import { isUUID } from 'class-validator';
import { Cursor, QueryInteger } from '../schema/query-fields.js';
import { parseInstant } from '../schema/instant.js';
import { Problem } from './problem.js';

/** The paging part of every list's query; a list's own parameters extend it. */
export class PageQuery {
  @QueryInteger({ about: 'at most so many items', min: 1, max: 200, initially: 50 })
  limit: number = 50;

  @Cursor({ about: 'where the page before ended: its `nextCursor`, unchanged', optional: true })
  cursor?: string;
}

/** One page of a list. No `nextCursor`: it was the last. */
export interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

const KINDS = {
  text: (value: unknown) => typeof value === 'string' && !value.includes('\0'),
  uuid: (value: unknown) => isUUID(value, 'all'),
  instant: (value: unknown) => typeof value === 'string' && parseInstant(value) === value,
  integer: (value: unknown) => Number.isSafeInteger(value),
  /** of 64 bits, in decimal digits */
  bigint: (value: unknown) => typeof value === 'string' && /^-?\d{1,19}$/.test(value),
};
type Kind = keyof typeof KINDS;
type ValueOf<K> = K extends 'integer' ? number : string;
type KeyOf<Kinds extends readonly Kind[]> = { -readonly [I in keyof Kinds]: ValueOf<Kinds[I]> };

const VERSION = 1;

/**
 * Keyset paging of one list in one order: a page begins after the key of the last row of the page before, so rows that
 * come or go meanwhile shift nothing. The cursor says which list and order it belongs to; the other parameters are the
 * caller's to keep.
 */
export class Keyset<const Kinds extends readonly Kind[]> {
  /**
   * @param order name of the list and its order, such as `clients.name`; it stands in the cursor
   * @param kinds kinds of the values of the key, which must be unique and is what the rows are ordered by
   */
  constructor(
    private readonly order: string,
    private readonly kinds: Kinds,
  ) {}

  /** @returns the key after which the page begins, null for the first page. @throws Problem 400 naming `cursor` */
  after(query: PageQuery): KeyOf<Kinds> | null {
    if (query.cursor === undefined) return null;
    const key = this.decode(query.cursor);
    if (key === null)
      throw Problem.badRequest([
        { path: 'cursor', message: 'is not a cursor of this list: pass on `nextCursor` as it came' },
      ]);
    return key;
  }

  /**
   * @param rows one more than `limit` if there are so many: whether there is a next page shows in it
   * @param keyOf the key of a row, of which the cursor is made
   */
  page<Row>(rows: readonly Row[], query: PageQuery, keyOf: (row: Row) => KeyOf<Kinds>): Page<Row> {
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    if (rows.length <= query.limit || last === undefined) return { items };
    return { items, nextCursor: this.encode(keyOf(last)) };
  }

  encode(key: KeyOf<Kinds>): string {
    const content = [VERSION, this.order, key];
    return Buffer.from(JSON.stringify([...content, checksum(content)])).toString('base64url');
  }

  private decode(cursor: string): KeyOf<Kinds> | null {
    try {
      const [, , key] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
      const fits = Array.isArray(key) && key.length === this.kinds.length;
      if (!fits || !this.kinds.every((kind, i) => KINDS[kind](key[i]))) return null;
      // Written again it must be the same: that checks version, order and checksum at once.
      return this.encode(key as KeyOf<Kinds>) === cursor ? (key as KeyOf<Kinds>) : null;
    } catch {
      return null;
    }
  }
}

/** Tells a mangled cursor from a whole one. No secret: whoever makes one up sees only what its query shows anyway. */
const checksum = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 8);
