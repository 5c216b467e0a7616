import { varintSize, writeVarint } from '../log/int64.js';
import type { LogRecord } from '../log/record.js';
import { writeUuidText } from '../log/uuid.js';

/** A record as a reader is shown it. */
export interface ResolvedRecord {
  /** Undefined when the link points nowhere. */
  event: LogRecord | undefined;
  /** The link event by which it was found, if it was. */
  link?: LogRecord;
  /** Persistent subscriptions only: how often it was delivered before. */
  retryCount?: number;
}

// Tags: field number × 8 + wire type (0 varint, 2 length-delimited). Field numbers as in streams.proto and persistent.proto,
// which agree on everything here.
const ENTRY = 0x32;
const TYPE_KEY = Buffer.from('\x0a\x04type\x12', 'latin1');
const JSON_ENTRY = entry('content-type', 'application/json');
const BINARY_ENTRY = entry('content-type', 'application/octet-stream');
const CREATED_KEY = Buffer.from('\x0a\x07created\x12', 'latin1');
const GRPC_PREFIX = 5;

function entry(key: string, value: string): Buffer {
  const content = `\x0a${String.fromCharCode(key.length)}${key}\x12${String.fromCharCode(value.length)}${value}`;
  return Buffer.from(`${String.fromCharCode(ENTRY, content.length)}${content}`, 'latin1');
}

let lastMicros = NaN;
let lastTicks = '';

/** .NET's 100-nanosecond ticks since 1970 as decimal text. Records of a group share their time, so the last is kept. */
function ticks(micros: number): string {
  if (micros !== lastMicros) {
    lastMicros = micros;
    lastTicks = micros === 0 ? '0' : `${micros}0`;
  }
  return lastTicks;
}

const delimited = (size: number) => 1 + varintSize(size) + size;

/**
 * The gRPC frame of the ReadResp that carries the event: by far the most frequent answer, so written by hand. Event ids
 * go out as text, which every client reads, whichever form it asked for.
 */
export function encodeReadEvent(resolved: ResolvedRecord): Buffer {
  const { event, link, retryCount } = resolved;
  const position = (link ?? event)?.position ?? 0;
  const eventSize = event ? recordSize(event) : 0;
  const linkSize = link ? recordSize(link) : 0;
  const readEventSize =
    (event ? delimited(eventSize) : 0) +
    (link ? delimited(linkSize) : 0) +
    1 +
    varintSize(position) +
    (retryCount === undefined ? 0 : 1 + varintSize(retryCount));
  const messageSize = delimited(readEventSize);
  const out = Buffer.allocUnsafe(GRPC_PREFIX + messageSize);
  out[0] = 0;
  let at = out.writeUInt32BE(messageSize, 1);
  out[at++] = 0x0a;
  at = writeVarint(out, at, readEventSize);
  if (event) {
    out[at++] = 0x0a;
    at = writeRecord(out, writeVarint(out, at, eventSize), event);
  }
  if (link) {
    out[at++] = 0x12;
    at = writeRecord(out, writeVarint(out, at, linkSize), link);
  }
  out[at++] = 0x18;
  at = writeVarint(out, at, position);
  if (retryCount !== undefined) {
    out[at++] = 0x28;
    writeVarint(out, at, retryCount);
  }
  return out;
}

function recordSize(record: LogRecord): number {
  const created = CREATED_KEY.length + 1 + ticks(record.createdMicros).length;
  const position = 1 + varintSize(record.position);
  return (
    40 +
    delimited(delimited(record.streamBytes.length)) +
    (1 + varintSize(record.revision)) +
    position +
    position +
    delimited(TYPE_KEY.length - 1 + delimited(record.typeBytes.length)) +
    (record.isJson ? JSON_ENTRY : BINARY_ENTRY).length +
    delimited(created) +
    delimited(record.metadata.length) +
    delimited(record.data.length)
  );
}

function writeRecord(out: Buffer, at: number, record: LogRecord): number {
  at = writeId(out, at, record.id);
  const stream = record.streamBytes;
  out[at++] = 0x12;
  at = writeVarint(out, at, delimited(stream.length));
  at = writeBytes(out, at, 0x1a, stream);
  out[at++] = 0x18;
  at = writeVarint(out, at, record.revision);
  const position = record.position;
  out[at++] = 0x20;
  at = writeVarint(out, at, position);
  out[at++] = 0x28;
  at = writeVarint(out, at, position);
  const type = record.typeBytes;
  out[at++] = ENTRY;
  at = writeVarint(out, at, TYPE_KEY.length - 1 + delimited(type.length));
  at += TYPE_KEY.copy(out, at, 0, TYPE_KEY.length - 1);
  at = writeBytes(out, at, 0x12, type);
  at += (record.isJson ? JSON_ENTRY : BINARY_ENTRY).copy(out, at);
  const created = ticks(record.createdMicros);
  out[at++] = ENTRY;
  at = writeVarint(out, at, CREATED_KEY.length + 1 + created.length);
  at += CREATED_KEY.copy(out, at);
  out[at++] = created.length;
  at += out.write(created, at, 'latin1');
  at = writeBytes(out, at, 0x3a, record.metadata);
  return writeBytes(out, at, 0x42, record.data);
}

function writeId(out: Buffer, at: number, id: Buffer): number {
  out[at++] = 0x0a;
  out[at++] = 38;
  out[at++] = 0x12;
  out[at++] = 36;
  return writeUuidText(out, at, id, 0);
}

function writeBytes(out: Buffer, at: number, tag: number, bytes: Buffer): number {
  out[at++] = tag;
  at = writeVarint(out, at, bytes.length);
  return at + bytes.copy(out, at);
}
