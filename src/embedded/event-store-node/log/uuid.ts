import { randomUUID } from 'node:crypto';

const CANONICAL = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

/** The 16 bytes of a UUID written in hexadecimal, or undefined when the text is none. */
export function parseUuid(text: string): Buffer | undefined {
  return CANONICAL.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined;
}

/** A compact key for maps. */
export function uuidKey(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? '';
}

/** Writes 16 bytes of `source` as the 36 lower-case characters of a UUID. Returns the offset behind them. */
export function writeUuidText(target: Buffer, offset: number, source: Buffer, from: number): number {
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) target[offset++] = 0x2d;
    const byte = source[from + i] as number;
    target[offset++] = HEX[byte >> 4] as number;
    target[offset++] = HEX[byte & 15] as number;
  }
  return offset;
}

/** The canonical lower-case text of 16 bytes. */
export function formatUuid(bytes: Buffer): string {
  const text = Buffer.allocUnsafe(36);
  writeUuidText(text, 0, bytes, 0);
  return text.toString('latin1');
}

/** 16 random bytes of a version 4 UUID. */
export function randomUuid(): Buffer {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
}
