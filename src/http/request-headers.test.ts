import { parseAwait } from './await-position.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import { etagOf, parseIfMatch } from './if-match.js';

const refusal = (path: string) =>
  expect.objectContaining({ status: 400, more: { errors: [expect.objectContaining({ path })] } }) as Error;

describe('If-Match', () => {
  it('is the revision of an ETag, or absent', () => {
    expect(parseIfMatch(etagOf(12))).toBe(12);
    expect(parseIfMatch(' "0" ')).toBe(0);
    expect(parseIfMatch(undefined)).toBeUndefined();
  });

  it.each(['12', 'W/"12"', '"1", "2"', '"-1"', '"x"', '""', '*', '', '"1e3"', '"9999999999999999"'])(
    '%s is refused',
    (header) => {
      expect(() => parseIfMatch(header)).toThrow(refusal('If-Match'));
    },
  );
});

describe('Idempotency-Key', () => {
  it('is 1 to 255 visible ASCII characters, or absent', () => {
    expect(parseIdempotencyKey('order-7/ä'.slice(0, 8))).toBe('order-7/');
    expect(parseIdempotencyKey('~'.repeat(255))).toHaveLength(255);
    expect(parseIdempotencyKey(undefined)).toBeUndefined();
  });

  it.each(['', ' ', 'a b', 'ä', 'a, b', 'a\tb', 'x'.repeat(256), ['a', 'b']])('%j is refused', (header) => {
    expect(() => parseIdempotencyKey(header)).toThrow(refusal('Idempotency-Key'));
  });
});

describe('X-Await-Position', () => {
  it('is a position and how long to wait for it', () => {
    expect(parseAwait('9223372036854775807', undefined)).toEqual({
      position: 2n ** 63n - 1n,
      timeoutMs: 5000,
    });
    expect(parseAwait('0', '0')).toEqual({ position: 0n, timeoutMs: 0 });
    expect(parseAwait(undefined, undefined)).toBeUndefined();
    expect(parseAwait(undefined, '100')).toBeUndefined();
  });

  it.each(['', '-1', '1.5', '0x10', '9223372036854775808', '1, 2', 'x'])(
    'position %s is refused',
    (position) => {
      expect(() => parseAwait(position, undefined)).toThrow(refusal('X-Await-Position'));
    },
  );

  it.each(['', '-1', '5001', '1s', '1.5'])('timeout %s is refused', (timeout) => {
    expect(() => parseAwait('1', timeout)).toThrow(refusal('X-Await-Timeout'));
  });
});
