import { MAX_INT64 } from './int64.js';

export const METADATA_TYPE = '$metadata';
export const TOMBSTONE_TYPE = '$streamDeleted';
export const LINK_TYPE = '$>';

/** The stream that holds the metadata of `stream`. */
export function metastreamOf(stream: string): string {
  return `$$${stream}`;
}

/** The stream whose metadata `stream` holds, or undefined when it is no metadata stream. */
export function describedBy(stream: string): string | undefined {
  return stream.startsWith('$$') ? stream.slice(2) : undefined;
}

/** What a stream's metadata says of which events its reads show. */
export interface Visibility {
  maxCount?: number;
  maxAgeSeconds?: number;
  truncateBefore?: number;
}

/** A metadata event's JSON object; an empty one when it is none. */
function parse(data: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(data).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Reads the limits from a metadata event's data; what is no positive number sets none. */
export function visibilityIn(data: Buffer): Visibility {
  const metadata = parse(data);
  const visibility: Visibility = {};
  const { $maxCount, $maxAge, $tb } = metadata;
  if (typeof $maxCount === 'number' && $maxCount > 0) visibility.maxCount = $maxCount;
  if (typeof $maxAge === 'number' && $maxAge > 0) visibility.maxAgeSeconds = $maxAge;
  if (typeof $tb === 'number' && $tb >= 0) visibility.truncateBefore = $tb;
  return visibility;
}

/** The metadata when it marks its stream as soft-deleted, else undefined. */
export function softDeletionIn(data: Uint8Array): Record<string, unknown> | undefined {
  const metadata = parse(data);
  return typeof metadata.$tb === 'number' && metadata.$tb >= MAX_INT64 ? metadata : undefined;
}

/** The metadata event that soft-deletes a stream. Spelled out, as a JavaScript number cannot hold 2^63 − 1. */
export const SOFT_DELETION = Buffer.from('{"$tb":9223372036854775807}');

/** The metadata (an event's data, or parsed) with the stream shown from `revision` on. */
export function undeleted(metadata: Uint8Array | Record<string, unknown>, revision: number): Buffer {
  const content = metadata instanceof Uint8Array ? parse(metadata) : metadata;
  return Buffer.from(JSON.stringify({ ...content, $tb: revision }));
}
