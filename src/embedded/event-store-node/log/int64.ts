/** The largest 64-bit integer: the revision of a tombstone, and `$tb` of a soft-deleted stream. As a number it is 2^63. */
export const MAX_INT64 = 2 ** 63;

const TWO_32 = 2 ** 32;

/** Reads a big-endian signed 64-bit integer as a number; exact up to 2^53, and MAX_INT64 for the largest. */
export function readInt64(buffer: Buffer, offset: number): number {
  return buffer.readInt32BE(offset) * TWO_32 + buffer.readUInt32BE(offset + 4);
}

/** Writes a number as a big-endian signed 64-bit integer; MAX_INT64 becomes 2^63 − 1. Returns the offset behind it. */
export function writeInt64(buffer: Buffer, offset: number, value: number): number {
  if (value >= MAX_INT64) {
    buffer.writeInt32BE(0x7fffffff, offset);
    buffer.writeUInt32BE(0xffffffff, offset + 4);
  } else {
    const high = Math.floor(value / TWO_32);
    buffer.writeInt32BE(high, offset);
    buffer.writeUInt32BE(value - high * TWO_32, offset + 4);
  }
  return offset + 8;
}

/** How many bytes the value takes as a protobuf varint. */
export function varintSize(value: number): number {
  if (value >= MAX_INT64) return 9;
  let size = 1;
  while (value >= 128) {
    value = Math.floor(value / 128);
    size++;
  }
  return size;
}

/** Writes a protobuf varint (not negative; MAX_INT64 becomes 2^63 − 1). Returns the offset behind it. */
export function writeVarint(buffer: Buffer, offset: number, value: number): number {
  if (value >= MAX_INT64) {
    buffer.fill(0xff, offset, offset + 8);
    buffer[offset + 8] = 0x7f;
    return offset + 9;
  }
  while (value >= 2 ** 31) {
    buffer[offset++] = (value % 128) | 128;
    value = Math.floor(value / 128);
  }
  while (value >= 128) {
    buffer[offset++] = (value & 127) | 128;
    value >>>= 7;
  }
  buffer[offset++] = value;
  return offset;
}

/** Parses an unsigned decimal of the wire (jspb gives 64-bit values as strings); what exceeds 2^63 − 1 becomes MAX_INT64. */
export function parseUint64(decimal: string): number {
  return Math.min(Number(decimal), MAX_INT64);
}
