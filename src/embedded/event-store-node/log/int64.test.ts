import fc from 'fast-check';
import { MAX_INT64, parseUint64, readInt64, varintSize, writeInt64, writeVarint } from './int64.js';

const anyNumber = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constant(MAX_INT64));
const exact = (value: number) => (value === MAX_INT64 ? 2n ** 63n - 1n : BigInt(value));

describe('64-bit numbers', () => {
  test('are written as PostgreSQL reads them, and read back', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        const buffer = Buffer.alloc(8);
        writeInt64(buffer, 0, value);
        expect(buffer.readBigInt64BE()).toBe(exact(value));
        expect(readInt64(buffer, 0)).toBe(value);
      }),
    );
  });

  test('below zero too, as times before 2000 are', () => {
    const buffer = Buffer.alloc(8);
    writeInt64(buffer, 0, -123_456_789_012);
    expect([buffer.readBigInt64BE(), readInt64(buffer, 0)]).toEqual([-123_456_789_012n, -123_456_789_012]);
  });

  test('are written as varints of the size foretold', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        const buffer = Buffer.alloc(10);
        const end = writeVarint(buffer, 0, value);
        expect(end).toBe(varintSize(value));
        const decoded = [...buffer.subarray(0, end)].reduceRight(
          (sum, byte) => sum * 128n + BigInt(byte & 127),
          0n,
        );
        expect(decoded).toBe(exact(value));
      }),
    );
  });

  test('of the wire that are too large mean the largest', () => {
    expect(parseUint64('18446744073709551615')).toBe(MAX_INT64);
    expect(parseUint64('42')).toBe(42);
  });
});
