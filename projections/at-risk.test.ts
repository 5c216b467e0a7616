import { describe, expect, it } from '@jest/globals';
import { risksOf, type Rating } from './at-risk.js';

const on = (day: string) => `2024-${day}T09:00:00.000Z`;
const calm = {
  lastServicedAt: on('03-01'),
  unusualGapDays: 42,
  openComplaints: 0,
  lastRating: null,
};
const rated = (instrument: Rating['instrument'], score: number) => ({ instrument, score, at: on('03-01') });

describe('a client at risk', () => {
  it('has been quiet for longer than four of five of its gaps', () => {
    expect(risksOf(calm, on('04-12'))).toEqual([]);
    expect(risksOf(calm, on('04-13'))).toEqual([{ kind: 'quiet', days: 43, usualDays: 42 }]);
  });

  it('without a habit is held to that of others, where it is known', () => {
    const once = { ...calm, unusualGapDays: null };
    expect(risksOf(once, on('12-01'))).toEqual([]);
    expect(risksOf(once, on('05-30'), 60)).toEqual([{ kind: 'quiet', days: 90, usualDays: 60 }]);
    expect(risksOf({ ...once, lastServicedAt: null }, on('05-30'), 60)).toEqual([]);
  });

  it('has a complaint open, or was dissatisfied when last asked', () => {
    const lastRating = rated('stars', 2);
    expect(risksOf({ ...calm, openComplaints: 2, lastRating }, on('03-02'))).toEqual([
      { kind: 'open_complaint', count: 2 },
      { kind: 'low_rating', rating: lastRating },
    ]);
    expect(risksOf({ ...calm, lastRating: rated('nps', 6) }, on('03-02'))).toHaveLength(1);
    expect(risksOf({ ...calm, lastRating: rated('nps', 7) }, on('03-02'))).toEqual([]);
    expect(risksOf({ ...calm, lastRating: rated('csat', 3) }, on('03-02'))).toEqual([]);
  });
});
