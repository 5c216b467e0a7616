import type { LogRecord } from '../log/record.js';
import { LINK_TYPE } from '../log/stream-metadata.js';
import type { ResolvedRecord } from './record-encoder.js';
import type { StreamReader } from './stream-reader.js';

/** A record as a reader is shown it who asked for links to be resolved; without event when a link points nowhere. */
export async function resolveLink(reader: StreamReader, record: LogRecord): Promise<ResolvedRecord> {
  if (record.type !== LINK_TYPE) return { event: record };
  return { event: await linkTarget(reader, record), link: record };
}

/** The event that a link (`revision@stream`) points to, if it is there and visible. */
export async function linkTarget(reader: StreamReader, link: LogRecord): Promise<LogRecord | undefined> {
  const [, revision, stream] = /^(\d+)@(.+)$/su.exec(link.data.toString('utf8')) ?? [];
  return stream === undefined ? undefined : reader.event(stream, Number(revision));
}
