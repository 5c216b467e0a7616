import type { Operator } from '../../../src/segment/segment-facts.js';
import type { Condition } from '../../../src/segment/rule.js';

/** What a fact is worth at an instant; null where a client has no such fact. */
export type FactValue = string | number | boolean | readonly string[] | null;

type One = string | number | boolean;
const plain = (value: One): One => (typeof value === 'string' ? value.toLowerCase() : value);

type Asked = (fact: FactValue) => boolean;

/** @returns a function that finds something of a condition once: it is the same for one client after another */
export function perCondition<Found extends object>(
  find: (condition: Condition) => Found,
): (condition: Condition) => Found {
  const known = new WeakMap<Condition, Found>();
  return (condition) => {
    let found = known.get(condition);
    if (!found) known.set(condition, (found = find(condition)));
    return found;
  };
}

/** @returns whether a value of a fact fulfils a condition on it, whatever the case of text */
export const askedOf = perCondition(askedBy);

function askedBy({ op, value }: Condition): Asked {
  const values = (Array.isArray(value) ? value : [value]).map(plain);
  const held = holding[op](values);
  return (fact) => {
    if (Array.isArray(fact)) {
      const there = fact.length > 0;
      return op === 'exists' ? there === value : fact.some((name: string) => held(plain(name)));
    }
    if (op === 'exists') return (fact !== null) === value;
    return fact === null ? op === 'ne' : held(plain(fact as One));
  };
}

type Holding = (values: readonly One[]) => (fact: One) => boolean;
const holding: { readonly [Op in Operator]: Holding } = {
  eq:
    ([one]) =>
    (fact) =>
      fact === one,
  ne:
    ([one]) =>
    (fact) =>
      fact !== one,
  lt:
    ([one]) =>
    (fact) =>
      fact < (one as One),
  lte:
    ([one]) =>
    (fact) =>
      fact <= (one as One),
  gt:
    ([one]) =>
    (fact) =>
      fact > (one as One),
  gte:
    ([one]) =>
    (fact) =>
      fact >= (one as One),
  between:
    ([lower, upper]) =>
    (fact) =>
      fact >= (lower as One) && fact <= (upper as One),
  in: (values) => {
    const among = new Set(values);
    return (fact) => among.has(fact);
  },
  exists: () => () => true,
};
