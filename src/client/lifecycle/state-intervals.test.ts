import { describe, expect, it } from '@jest/globals';
import { noLifecycle } from './lifecycle.evolve.js';
import { stateIntervals } from './state-intervals.js';

const day = (of: number) => `2023-01-0${of}T00:00:00.000Z`;
const states = (closures: { from: string; to: string | null }[]) =>
  stateIntervals({ ...noLifecycle, convertedAt: day(4), closures }).map(({ state, from, to }) => [
    state,
    from,
    to,
  ]);

describe('the states of a client', () => {
  it('leave out a closure that was over before the life began', () => {
    expect(states([{ from: day(1), to: day(2) }])).toEqual([['new', day(4), null]]);
  });

  it('count a closure that the life began in from its beginning', () => {
    expect(states([{ from: day(1), to: day(5) }])).toEqual([
      ['closed', day(4), day(5)],
      ['new', day(5), null],
    ]);
  });
});
