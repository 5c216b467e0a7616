import type { Step } from './steps.js';

/** Something that counts for a while. Instants are milliseconds since 1970, UTC. */
export interface Counted<Thing> {
  /** inclusive */
  readonly from: number;
  /** exclusive; Infinity while it counts */
  readonly to: number;
  readonly by: string;
  readonly endedBy: string | null;
  readonly thing: Thing;
}

/** What is kept of the things that count at an instant, as they come and go. */
export interface Tally<Thing, V> {
  add(thing: Thing): void;
  remove(thing: Thing): void;
  value(): V;
}

const DAY = 86_400_000;

/** @returns the things, each counting for so many days at most; that it counts no more is owed to what made it count */
export const within = <Thing>(
  things: readonly Counted<Thing>[],
  days: number | undefined,
): readonly Counted<Thing>[] =>
  days === undefined
    ? things
    : things.map((one) =>
        one.from + days * DAY < one.to ? { ...one, to: one.from + days * DAY, endedBy: one.by } : one,
      );

/** @returns a change at every instant at which a thing begins or ends to count, by time */
export function tallied<Thing, V>(things: readonly Counted<Thing>[], tally: Tally<Thing, V>): Step<V>[] {
  const lasting = things.filter(({ from, to }) => from < to);
  const begins = lasting.toSorted((a, b) => a.from - b.from);
  const ends = lasting.filter(({ to }) => to < Infinity).sort((a, b) => a.to - b.to);
  const steps: Step<V>[] = [];
  let [i, j] = [0, 0];
  while (i < begins.length || j < ends.length) {
    const at = Math.min(begins[i]?.from ?? Infinity, ends[j]?.to ?? Infinity);
    let by: string | null = null;
    for (; ends[j]?.to === at; j++) {
      by = ends[j]?.endedBy ?? by;
      tally.remove((ends[j] as Counted<Thing>).thing);
    }
    for (; begins[i]?.from === at; i++) {
      by = (begins[i] as Counted<Thing>).by;
      tally.add((begins[i] as Counted<Thing>).thing);
    }
    steps.push({ at, value: tally.value(), by });
  }
  return steps;
}

export function counting(): Tally<unknown, number> {
  let count = 0;
  return { add: () => count++, remove: () => count--, value: () => count };
}

export function summing(): Tally<number, number> {
  let sum = 0;
  return { add: (amount) => (sum += amount), remove: (amount) => (sum -= amount), value: () => sum };
}

export function averaging(): Tally<number, number | null> {
  let [sum, count] = [0, 0];
  return {
    add: (score) => {
      sum += score;
      count++;
    },
    remove: (score) => {
      sum -= score;
      count--;
    },
    value: () => (count === 0 ? null : sum / count),
  };
}

/** Names that are there at least once. */
export function naming(): Tally<readonly string[], readonly string[]> {
  const counts = new Map<string, number>();
  return {
    add: (names) => names.forEach((name) => counts.set(name, (counts.get(name) ?? 0) + 1)),
    remove: (names) =>
      names.forEach((name) => {
        const left = (counts.get(name) ?? 0) - 1;
        if (left > 0) counts.set(name, left);
        else counts.delete(name);
      }),
    value: () => [...counts.keys()],
  };
}

/** How many different names are there. */
export function distinct(): Tally<string, number> {
  const names = naming();
  return {
    add: (name) => names.add([name]),
    remove: (name) => names.remove([name]),
    value: () => names.value().length,
  };
}
