import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant, plusDays, wholeDaysBetween } from './instant.js';

describe('an instant', () => {
  it.each([
    ['2024-01-02T09:00:00Z', '2024-01-02T09:00:00.000Z'],
    ['2024-01-02T09:00Z', '2024-01-02T09:00:00.000Z'],
    ['2024-01-02T09:00:00.123456Z', '2024-01-02T09:00:00.123Z'],
    ['2024-01-02T01:00:00+02:00', '2024-01-01T23:00:00.000Z'],
    ['2024-02-29T00:00:00-05:00', '2024-02-29T05:00:00.000Z'],
  ])('%s is %s', (text, canonical) => expect(parseInstant(text)).toBe(canonical));

  it.each([
    ['no zone', '2024-01-02T09:00:00'],
    ['a day alone', '2024-01-02'],
    ['no such day', '2023-02-29T00:00:00Z'],
    ['no such day, with an offset', '2023-02-30T00:00:00+01:00'],
    ['no such hour', '2024-01-02T25:00:00Z'],
    ['no such offset', '2024-01-02T09:00:00+99:00'],
    ['the year 0', '0000-06-01T00:00:00Z'],
    ['the year 0 by its offset', '0001-01-01T00:00:00+10:00'],
    ['beyond the year 9999 by its offset', '9999-12-31T23:00:00-10:00'],
    ['words', 'yesterday'],
    ['a number', 1_704_186_000_000],
    ['nothing', undefined],
  ])('is not read from %s', (_, value) => expect(parseInstant(value)).toBeNull());

  it('orders as text the way it orders in time, and stays as it is when read again', () => {
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        expect(parseInstant(a.toISOString())).toBe(a.toISOString());
        expect(a.toISOString() < b.toISOString()).toBe(a.getTime() < b.getTime());
      }),
    );
  });

  it('plus days is that many times 86,400 seconds, whatever the clocks do', () => {
    expect(plusDays('2024-03-01T12:00:00.000Z', 90)).toBe('2024-05-30T12:00:00.000Z');
    expect(wholeDaysBetween('2024-03-01T12:00:00.000Z', '2024-03-02T11:59:59.999Z')).toBe(0);
  });
});
