import streams from '@eventstore/db-client/generated/streams_pb.js';
import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import fc from 'fast-check';
import { MAX_INT64 } from '../log/int64.js';
import { LogRecord } from '../log/record.js';
import { formatUuid } from '../log/uuid.js';
import { encodeReadEvent } from './record-encoder.js';

const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const content = fc.record({
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => Buffer.from(id)),
  type: text,
  isJson: fc.boolean(),
  data: bytes,
  metadata: bytes,
  stream: text,
  revision: fc.oneof(fc.maxSafeNat(), fc.constant(MAX_INT64)),
  position: fc.maxSafeNat(),
  created: fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
});
const recordOf = (from: Parameters<typeof LogRecord.of>[0] & Parameters<typeof LogRecord.of>[1]) =>
  LogRecord.of(from, from);
const number = (value: number) => (value === MAX_INT64 ? '9223372036854775807' : String(value));

describe('a record', () => {
  test('is to the generated messages what was put into it', () => {
    fc.assert(
      fc.property(content, (from) => {
        const frame = encodeReadEvent({ event: recordOf(from) });
        expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
        const read = streams.ReadResp.deserializeBinary(new Uint8Array(frame.subarray(5))).getEvent();
        const event = read?.getEvent();
        expect(read?.getCommitPosition()).toBe(String(from.position));
        expect(read?.hasLink()).toBe(false);
        expect(event?.getId()?.getString()).toBe(formatUuid(from.id));
        expect(Buffer.from(event?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe(
          from.stream,
        );
        expect(event?.getStreamRevision()).toBe(number(from.revision));
        expect([event?.getPreparePosition(), event?.getCommitPosition()]).toEqual([
          String(from.position),
          String(from.position),
        ]);
        expect(Object.fromEntries(event?.getMetadataMap().toObject() ?? [])).toEqual({
          type: from.type,
          'content-type': from.isJson ? 'application/json' : 'application/octet-stream',
          created: from.created.getTime() === 0 ? '0' : `${from.created.getTime()}0000`,
        });
        expect(event?.getData_asU8()).toEqual(from.data);
        expect(event?.getCustomMetadata_asU8()).toEqual(from.metadata);
      }),
    );
  });

  test('goes out with the link by which it was found, and with how often it was delivered', () => {
    fc.assert(
      fc.property(content, content, fc.nat(1_000), (target, link, retryCount) => {
        const frame = encodeReadEvent({ event: recordOf(target), link: recordOf(link), retryCount });
        const read = persistent.ReadResp.deserializeBinary(new Uint8Array(frame.subarray(5))).getEvent();
        expect(read?.getEvent()?.getId()?.getString()).toBe(formatUuid(target.id));
        expect(read?.getLink()?.getId()?.getString()).toBe(formatUuid(link.id));
        expect(read?.getCommitPosition()).toBe(String(link.position));
        expect(read?.getRetryCount()).toBe(retryCount);
      }),
    );
  });

  test('knows when a single bit of it is no longer what was written', () => {
    fc.assert(
      fc.property(content, fc.nat(), fc.nat(7), (from, at, bit) => {
        const { tuple } = recordOf(from);
        expect(new LogRecord(tuple).isIntact).toBe(true);
        // Lengths aside, which PostgreSQL answers for: they say where the fields are.
        const dataAt = tuple.length - 8 - from.data.length;
        const place = from.data.length > 0 ? dataAt + (at % from.data.length) : 6 + (at % 8);
        tuple.writeUInt8(tuple.readUInt8(place) ^ (1 << bit), place);
        expect(new LogRecord(tuple).isIntact).toBe(false);
      }),
    );
  });
});
