import { StallWatch, type Standing } from './stall-watch.js';

const status = (position: bigint | null, waiting: number | null): Standing => ({
  name: 'history',
  position,
  lag: waiting === null ? null : { events: waiting, orMore: false, since: null },
});

describe('a projection', () => {
  it('that stands still with events waiting is stalled after half a minute', () => {
    const watch = new StallWatch();
    expect(watch.stalled([status(7n, 3)], 0)).toEqual([]);
    expect(watch.stalled([status(7n, 9)], 29_999)).toEqual([]);
    expect(watch.stalled([status(7n, 9)], 30_000)).toEqual(['history']);
    expect(watch.stalled([status(8n, 9)], 30_001)).toEqual([]);
  });

  it('that has not begun is stalled as well', () => {
    const watch = new StallWatch();
    watch.stalled([status(null, 3)], 0);
    expect(watch.stalled([status(null, 3)], 40_000)).toEqual(['history']);
  });

  it('that is behind but moves is not, however long', () => {
    const watch = new StallWatch();
    for (let i = 0; i < 10; i++) expect(watch.stalled([status(BigInt(i), 1_000)], i * 20_000)).toEqual([]);
  });

  it('that has nothing to do is not, nor one of which nothing is known', () => {
    const watch = new StallWatch();
    for (const waiting of [3, 0, 3, null, 3])
      expect(watch.stalled([status(7n, waiting)], waiting === 3 ? 0 : 60_000)).toEqual([]);
    expect(watch.stalled([status(7n, 0)], 90_000)).toEqual([]);
  });
});
