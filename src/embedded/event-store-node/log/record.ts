import { crc32 } from 'node:zlib';
import { readInt64, writeInt64 } from './int64.js';

/** The columns of the log in the order in which a record's bytes hold them; the checksum covers all before it. */
export const RECORD_COLUMNS =
  'position, revision, created, event_id, is_json, stream, event_type, metadata, data, checksum';

const COLUMN_COUNT = 10;
const POSITION_AT = 6;
const REVISION_AT = 18;
const CREATED_AT = 30;
const ID_AT = 42;
const IS_JSON_AT = 62;
const STREAM_AT = 67;
/** PostgreSQL counts microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MICROS = 946_684_800_000_000;

/** What a writer says of an event; `id` 16 bytes. */
export interface ProposedEvent {
  id: Buffer;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}

/** Where and when an event is recorded. */
export interface RecordPlace {
  stream: string;
  revision: number;
  position: number;
  created: Date;
}

/**
 * One record of the log, kept as the bytes in which PostgreSQL's binary COPY takes and gives it: stored, checked and sent
 * to clients without being taken apart.
 */
export class LogRecord {
  readonly #typeAt: number;
  readonly #metadataAt: number;
  readonly #dataAt: number;
  readonly #checksumAt: number;
  #stream: string | undefined;

  /** `tuple` must be the record's own (never a view of a buffer that is reused). */
  constructor(readonly tuple: Buffer) {
    this.#typeAt = STREAM_AT + tuple.readInt32BE(STREAM_AT - 4) + 4;
    this.#metadataAt = this.#typeAt + tuple.readInt32BE(this.#typeAt - 4) + 4;
    this.#dataAt = this.#metadataAt + tuple.readInt32BE(this.#metadataAt - 4) + 4;
    this.#checksumAt = this.#dataAt + tuple.readInt32BE(this.#dataAt - 4) + 4;
  }

  static of(event: ProposedEvent, place: RecordPlace): LogRecord {
    const streamSize = Buffer.byteLength(place.stream);
    const typeSize = Buffer.byteLength(event.type);
    const tuple = Buffer.allocUnsafe(
      STREAM_AT + streamSize + 4 + typeSize + 4 + event.metadata.length + 4 + event.data.length + 8,
    );
    tuple.writeInt16BE(COLUMN_COUNT, 0);
    tuple.writeInt32BE(8, POSITION_AT - 4);
    writeInt64(tuple, POSITION_AT, place.position);
    tuple.writeInt32BE(8, REVISION_AT - 4);
    writeInt64(tuple, REVISION_AT, place.revision);
    tuple.writeInt32BE(8, CREATED_AT - 4);
    writeInt64(tuple, CREATED_AT, place.created.getTime() * 1000 - POSTGRES_EPOCH_MICROS);
    tuple.writeInt32BE(16, ID_AT - 4);
    event.id.copy(tuple, ID_AT);
    tuple.writeInt32BE(1, IS_JSON_AT - 4);
    tuple[IS_JSON_AT] = event.isJson ? 1 : 0;
    let at = tuple.writeInt32BE(streamSize, STREAM_AT - 4);
    at += tuple.write(place.stream, at, 'utf8');
    at = tuple.writeInt32BE(typeSize, at);
    at += tuple.write(event.type, at, 'utf8');
    at = tuple.writeInt32BE(event.metadata.length, at);
    tuple.set(event.metadata, at);
    at = tuple.writeInt32BE(event.data.length, at + event.metadata.length);
    tuple.set(event.data, at);
    at += event.data.length;
    const checksum = crc32(tuple.subarray(2, at));
    at = tuple.writeInt32BE(4, at);
    tuple.writeUInt32BE(checksum, at);
    return new LogRecord(tuple);
  }

  get position(): number {
    return readInt64(this.tuple, POSITION_AT);
  }

  get revision(): number {
    return readInt64(this.tuple, REVISION_AT);
  }

  /** Microseconds since 1970. */
  get createdMicros(): number {
    return readInt64(this.tuple, CREATED_AT) + POSTGRES_EPOCH_MICROS;
  }

  get id(): Buffer {
    return this.tuple.subarray(ID_AT, ID_AT + 16);
  }

  get isJson(): boolean {
    return this.tuple[IS_JSON_AT] === 1;
  }

  get stream(): string {
    return (this.#stream ??= this.tuple.toString('utf8', STREAM_AT, this.#typeAt - 4));
  }

  get type(): string {
    return this.tuple.toString('utf8', this.#typeAt, this.#metadataAt - 4);
  }

  get streamBytes(): Buffer {
    return this.tuple.subarray(STREAM_AT, this.#typeAt - 4);
  }

  get typeBytes(): Buffer {
    return this.tuple.subarray(this.#typeAt, this.#metadataAt - 4);
  }

  get metadata(): Buffer {
    return this.tuple.subarray(this.#metadataAt, this.#dataAt - 4);
  }

  get data(): Buffer {
    return this.tuple.subarray(this.#dataAt, this.#checksumAt - 4);
  }

  /** Whether the record is, byte for byte, what was written. */
  get isIntact(): boolean {
    return crc32(this.tuple.subarray(2, this.#checksumAt - 4)) === this.tuple.readUInt32BE(this.#checksumAt);
  }
}
