/** A value that holds from an instant on, until the next step. Instants are milliseconds since 1970, UTC. */
export interface Step<V> {
  readonly at: number;
  readonly value: V;
  /** id of the event that made it so; of several at one instant, of one of them; null where there is none */
  readonly by: string | null;
}

/** A value through the whole of a life: by time, the first step at its beginning, never two at one instant. */
export type Steps<V> = readonly Step<V>[];

/** The time in which a client can be in segments: from the beginning of its life to its merge into another. */
export interface LifeSpan {
  /** inclusive */
  readonly start: number;
  readonly startedBy: string;
  /** exclusive; Infinity while it goes on */
  readonly end: number;
  readonly endedBy: string | null;
}

/**
 * @param initial what holds before the first change
 * @param changes by time; of several at one instant the last counts
 * @returns the steps that lie in the span; what was so before it is so at its beginning
 */
export function stepsOf<V>(span: LifeSpan, initial: V, changes: Iterable<Step<V>>): Steps<V> {
  const steps: Step<V>[] = [{ at: span.start, value: initial, by: span.startedBy }];
  for (const change of changes) {
    if (change.at >= span.end) break;
    const step = change.at < span.start ? { ...change, at: span.start } : change;
    const last = steps.length - 1;
    if ((steps[last] as Step<V>).at === step.at) steps[last] = step;
    else steps.push(step);
  }
  return steps;
}

/** @returns the last step at or before an instant of the life */
export function stepAt<V>(steps: Steps<V>, at: number): Step<V> {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((steps[middle] as Step<V>).at <= at) low = middle;
    else high = middle - 1;
  }
  return steps[low] as Step<V>;
}

/** @returns what a function makes of the values, equal neighbours joined */
export function mapped<V, W>(steps: Steps<V>, of: (value: V) => W): Steps<W> {
  const result: Step<W>[] = [];
  for (const { at, value, by } of steps) push(result, at, of(value), by);
  return result;
}

/** @returns what a function makes of two values at every time, equal neighbours joined */
export function combined<A, B, W>(one: Steps<A>, other: Steps<B>, of: (a: A, b: B) => W): Steps<W> {
  const result: Step<W>[] = [];
  let [i, j] = [0, 0];
  while (true) {
    const [a, b] = [one[i] as Step<A>, other[j] as Step<B>];
    const latest = a.at >= b.at ? a : b;
    push(result, latest.at, of(a.value, b.value), latest.by);
    const [nextA, nextB] = [one[i + 1], other[j + 1]];
    if (!nextA && !nextB) return result;
    const at = Math.min(nextA?.at ?? Infinity, nextB?.at ?? Infinity);
    if (nextA?.at === at) i++;
    if (nextB?.at === at) j++;
  }
}

function push<W>(steps: Step<W>[], at: number, value: W, by: string | null): void {
  if (steps.length === 0 || (steps[steps.length - 1] as Step<W>).value !== value)
    steps.push({ at, value, by });
}
