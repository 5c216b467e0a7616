import { describe, expect, it } from '@jest/globals';
import { readyMadeId } from './ready-made.service.js';
import { readyMadeSegments } from './ready-made-segments.js';
import { readRule } from './rule.js';

describe('the ready-made segments', () => {
  it.each(readyMadeSegments.map(({ key, rule }) => [key, rule]))(
    '%s has a rule that is one',
    (_key, rule) => {
      expect(readRule(rule)).toEqual({ rule });
    },
  );

  it('have ids of their own that stay the same', () => {
    expect(new Set(readyMadeSegments.map(({ key }) => readyMadeId(key))).size).toBe(readyMadeSegments.length);
    expect(readyMadeId('vip')).toBe('2a0cd18c-d66c-53b8-86a0-c7ba0483b4b9');
  });
});
