import type { LogRecord } from '../log/record.js';
import type { ResolvedRecord } from './record-encoder.js';
import { LINK_TYPE } from '../log/stream-metadata.js';
import type { StreamReader } from './stream-reader.js';

/** The event that a link (`revision@stream`) points to; without event when it is gone. Other records are themselves. */
export async function resolveLink(reader: StreamReader, record: LogRecord): Promise<ResolvedRecord> {
  if (record.type !== LINK_TYPE) return { event: record };
  const [, revision, stream] = /^(\d+)@(.+)$/su.exec(record.data.toString('utf8')) ?? [];
  const event = stream === undefined ? undefined : await reader.event(stream, Number(revision));
  return { event, link: record };
}
