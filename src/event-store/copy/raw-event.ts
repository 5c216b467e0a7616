import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';

/** 2^63 − 1 on the wire, as the nearest number: the revision of a tombstone, and `$tb` of a soft deletion. */
const MAX_INT64 = 2 ** 63;

/** An event as the server holds it: its bytes, not what they mean. */
export interface RawEvent {
  /** UUID, lower case */
  readonly id: string;
  readonly stream: string;
  /** exact up to 2^53; 2^63 for a tombstone */
  readonly revision: number;
  /** commit position in `$all` */
  readonly position: bigint;
  readonly type: string;
  /** as the server names it: application/json or application/octet-stream */
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** @throws Error for an event without id, which no server sends */
export function rawEventOf(recorded: ReadResp.ReadEvent.RecordedEvent): RawEvent {
  const system = recorded.getMetadataMap();
  const stream = Buffer.from(recorded.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  const revision = Number(recorded.getStreamRevision());
  const id = recorded.getId()?.getString().toLowerCase();
  if (!id) throw new Error(`the server gave ${stream}@${revision} without an id`);
  return {
    id,
    stream,
    revision,
    position: BigInt(recorded.getCommitPosition()),
    type: system.get('type') ?? '',
    contentType: system.get('content-type') ?? 'application/octet-stream',
    data: recorded.getData_asU8(),
    metadata: recorded.getCustomMetadata_asU8(),
  };
}

/** What an event is to a copy: a fact, what is said of its stream, or the end of the stream. */
export type Kind = 'event' | 'metadata' | 'tombstone';

/** @returns undefined for what belongs to the server itself: streams that begin with `$`, and their metadata */
export function kindOf({ stream, revision }: RawEvent): Kind | undefined {
  if (stream.startsWith('$')) {
    return stream.startsWith('$$') && !stream.startsWith('$$$') ? 'metadata' : undefined;
  }
  return revision >= MAX_INT64 ? 'tombstone' : 'event';
}

/** Whether a metadata event soft-deletes its stream: `$tb` is 2^63 − 1. */
export function isSoftDeletion({ data }: RawEvent): boolean {
  try {
    const metadata = JSON.parse(Buffer.from(data).toString('utf8')) as { $tb?: unknown } | null;
    return typeof metadata?.$tb === 'number' && metadata.$tb >= MAX_INT64;
  } catch {
    return false;
  }
}

/**
 * Whether one event is the copy of the other: everything that a client can give is equal. A tombstone is made by the
 * server, so of two only the stream is compared. The revision of a metadata event is not: its stream shows but the last.
 */
export function isCopyOf(one: RawEvent, other: RawEvent): boolean {
  const kind = kindOf(one);
  if (one.stream !== other.stream || kind !== kindOf(other)) return false;
  if (kind === 'tombstone') return true;
  return (
    one.id === other.id &&
    one.type === other.type &&
    one.contentType === other.contentType &&
    (kind === 'metadata' || one.revision === other.revision) &&
    Buffer.compare(one.data, other.data) === 0 &&
    Buffer.compare(one.metadata, other.metadata) === 0
  );
}
