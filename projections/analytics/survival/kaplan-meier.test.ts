import { describe, expect, it } from '@jest/globals';
import { kaplanMeier, medianOf } from './kaplan-meier.js';

const event = (duration: number, events = 1) => ({ duration, events, censored: 0 });
const censored = (duration: number, count = 1) => ({ duration, events: 0, censored: count });

describe('Kaplan and Meier’s estimate', () => {
  // Remission times of the 21 treated patients of Freireich et al. (1963), the textbook example of the method.
  const treated = [
    ...[event(6, 3), event(7), event(10), event(13), event(16), event(22), event(23)],
    ...[6, 9, 10, 11, 17, 19, 20, 25].map((weeks) => censored(weeks)),
    ...[censored(32, 2), censored(34), censored(35)],
  ];

  it('is that of the textbook', () => {
    const at = new Map(kaplanMeier(treated).map((point) => [point.duration, point]));
    const shares = [6, 7, 10, 13, 16, 22, 23].map((weeks) => at.get(weeks)?.survival.toFixed(4));
    expect(shares).toEqual(['0.8571', '0.8067', '0.7529', '0.6902', '0.6275', '0.5378', '0.4482']);
    expect(at.get(6)).toMatchObject({ atRisk: 21, events: 3, censored: 1 });
    expect(at.get(10)?.standardError).toBeCloseTo(0.0963, 4);
    expect([at.get(10)?.low?.toFixed(3), at.get(10)?.high?.toFixed(3)]).toEqual(['0.503', '0.889']);
    expect(medianOf([...at.values()])).toBe(23);
  });

  it('puts events before the ends of watching at the same time, and has no median that was not reached', () => {
    const curve = kaplanMeier([censored(5), event(5), event(9, 0), censored(9, 2)]);
    expect(curve.map(({ duration, atRisk, survival }) => [duration, atRisk, survival])).toEqual([
      [5, 4, 0.75],
      [9, 2, 0.75],
    ]);
    expect(medianOf(curve)).toBeNull();
    expect(kaplanMeier([])).toEqual([]);
  });

  it('ends at nothing without an interval when the last one has the event', () => {
    expect(kaplanMeier([event(1), event(2)]).at(-1)).toMatchObject({
      survival: 0,
      standardError: 0,
      low: null,
    });
  });
});
