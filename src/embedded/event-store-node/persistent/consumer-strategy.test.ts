import { consumerStrategy } from './consumer-strategy.js';

const consumer = (name: string, availableSlots = 10) => ({ name, availableSlots });
const names = (choices: ({ name: string } | undefined)[]) => choices.map((choice) => choice?.name);
const streams = Array.from({ length: 60 }, (_, n) => `stream-${n}`);

describe('who gets the next event', () => {
  test('by turns, passing over those that are full', () => {
    const strategy = consumerStrategy<ReturnType<typeof consumer>>('RoundRobin');
    const all = [consumer('a'), consumer('b', 0), consumer('c')];
    expect(names(['1', '2', '3', '4'].map((stream) => strategy.choose(all, stream)))).toEqual([
      'a',
      'c',
      'a',
      'c',
    ]);
    expect(strategy.choose([consumer('a', 0)], '1')).toBeUndefined();
    expect(strategy.choose([], '1')).toBeUndefined();
  });

  test('one alone, the next only when it is full', () => {
    const strategy = consumerStrategy<ReturnType<typeof consumer>>('DispatchToSingle');
    const [a, b] = [consumer('a'), consumer('b')];
    expect(names(['1', '2'].map((stream) => strategy.choose([a, b], stream)))).toEqual(['a', 'a']);
    a.availableSlots = 0;
    expect(strategy.choose([a, b], '3')?.name).toBe('b');
  });

  test('pinned, the same for each stream while it stays, and the work is spread', () => {
    const strategy = consumerStrategy<ReturnType<typeof consumer>>('Pinned');
    const all = [consumer('a'), consumer('b'), consumer('c')];
    const first = names(streams.map((stream) => strategy.choose(all, stream)));
    expect(names(streams.map((stream) => strategy.choose(all, stream)))).toEqual(first);
    for (const { name } of all) expect(first.filter((choice) => choice === name).length).toBeGreaterThan(10);
    const remaining = [all[0], all[2]].filter((choice) => choice !== undefined);
    const then = names(streams.map((stream) => strategy.choose(remaining, stream)));
    expect(then).not.toContain('b');
    expect(then.filter((choice, n) => first[n] !== 'b' && choice !== first[n])).toEqual([]);
  });

  test('pinned, an event waits for its consumer when that is full', () => {
    const strategy = consumerStrategy<ReturnType<typeof consumer>>('Pinned');
    const all = [consumer('a'), consumer('b')];
    const owner = strategy.choose(all, 'orders');
    if (owner) owner.availableSlots = 0;
    expect(strategy.choose(all, 'orders')).toBeUndefined();
  });
});
