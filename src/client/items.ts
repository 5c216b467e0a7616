import { Map as ImmutableMap } from 'immutable';
import type { PooledLife } from './identity/pooled-life.js';

/**
 * Things of a client by id (complaints, bookings, invoices …), with what decisions have to know of them: plain JSON and
 * nothing personal, since it passes to another client when two are merged. Immutable with shared structure: a client with
 * ten thousand of them costs a fact no more than one with ten.
 */
export type Items<Item extends object> = ImmutableMap<string, Item & Owned>;

export interface Owned {
  /** the absorbed client it came from; absent where it is the client's own */
  readonly of?: string;
}

export const noItems = <Item extends object>(): Items<Item> => ImmutableMap();

export const itemsOf = <Item extends object>(items: Items<Item>): readonly (Item & Owned)[] => [
  ...items.values(),
];

/** @returns the items with one changed; an id that is not there changes nothing */
export function changed<Item extends object>(
  items: Items<Item>,
  id: string,
  change: Partial<Item>,
): Items<Item> {
  const item = items.get(id);
  return item === undefined ? items : items.set(id, { ...item, ...change });
}

/** @returns what of it is given; what is undefined is left out, so that it neither stands in a mark nor takes another's place */
export const given = <Fields extends object>(
  fields: Fields,
): { [K in keyof Fields]?: Exclude<Fields[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof Fields]?: Exclude<Fields[K], undefined>;
  };

type Pooled = PooledLife['items'][string];

/** @returns own items and those of a client that is absorbed */
export function withAbsorbed(items: Items<object>, absorbed: Pooled, of: string): Items<object> {
  return items.merge(ImmutableMap(Object.entries(absorbed).map(([id, item]) => [id, { ...item, of }])));
}

/** @returns what is left when some go (back) to another client */
export function withoutReleased(items: Items<object>, released: Pooled): Items<object> {
  return items.deleteAll(Object.keys(released));
}

/** @returns a client's items as the survivor last had them; whose they are, the client itself knows better */
export function restoredItems(own: Items<object>, returned: Pooled): Items<object> {
  return ImmutableMap(
    Object.entries(returned).map(([id, item]) => {
      const { of: _survivors, ...plain } = item as Owned & object;
      const of = own.get(id)?.of;
      return [id, of === undefined ? plain : { ...plain, of }];
    }),
  );
}

/** @returns the parts of a client's state that are items, by the name of their slice: what is pooled when clients merge */
export function itemParts(state: object): [name: string, items: Items<object>][] {
  return Object.entries(state).filter((part): part is [string, Items<object>] => ImmutableMap.isMap(part[1]));
}
