import { createHash, hash } from 'node:crypto';
import { copiedEvents } from './copied-events.js';
import { kindOf, type RawEvent } from './raw-event.js';
import { RawStore } from './raw-store.js';

/** One stream of a store: how many events a copy carries over, and their hash in order, in hex. */
export interface StreamSummary {
  readonly events: number;
  readonly sha256: string;
}

export interface StoreSummary {
  readonly events: number;
  readonly streams: number;
  /** over all streams in the order of `$all`, in hex */
  readonly sha256: string;
}

export interface Comparison {
  /** Every stream of the source is the same in the target, and so is the order across streams. */
  readonly equal: boolean;
  readonly source: StoreSummary;
  /** of the streams that the source has too */
  readonly target: StoreSummary;
  readonly differences: readonly {
    readonly stream: string;
    readonly source: StreamSummary;
    readonly target: StreamSummary;
  }[];
  /** how many streams only the target has */
  readonly otherStreams: number;
}

export interface CompareOptions {
  /** position of the last event of the source to take; all unless given */
  readonly end?: bigint;
  readonly signal?: AbortSignal;
  readonly onCompared?: (events: number, position: bigint | undefined) => void;
}

const NOTHING: StreamSummary = { events: 0, sha256: '' };

/** Compares two stores as a copy sees them, by hashes over all that it carries over. Reads both from end to end. */
export async function compareEventStores(
  from: string,
  to: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const [source, target] = [new RawStore(from), new RawStore(to)];
  try {
    return await compareStores(source, target, options);
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

export async function compareStores(
  from: RawStore,
  to: RawStore,
  { end, signal, onCompared = () => undefined }: CompareOptions,
): Promise<Comparison> {
  let events = 0;
  const count = (position?: bigint) => {
    signal?.throwIfAborted();
    onCompared(++events, position);
  };
  const source = await digest(copiedEvents(from, end), (event) => (count(event.position), true));
  const others = new Set<string>();
  const target = await digest(copiedEvents(to), ({ stream }) => {
    count();
    if (source.streams.has(stream)) return true;
    others.add(stream.replace(/^\$\$/, ''));
    return false;
  });
  const differences = [...source.streams]
    .map(([stream, one]) => ({ stream, source: one, target: target.streams.get(stream) ?? NOTHING }))
    .filter((pair) => pair.source.sha256 !== pair.target.sha256);
  const equal = source.summary.sha256 === target.summary.sha256;
  return { equal, source: source.summary, target: target.summary, differences, otherStreams: others.size };
}

async function digest(
  events: AsyncGenerator<RawEvent, void>,
  counts: (event: RawEvent) => boolean,
): Promise<{ summary: StoreSummary; streams: Map<string, StreamSummary> }> {
  const streams = new Map<string, StreamSummary>();
  const whole = createHash('sha256');
  let total = 0;
  for await (const event of events) {
    if (!counts(event)) continue;
    const before = streams.get(event.stream) ?? NOTHING;
    const sha256 = linked(before.sha256, event);
    streams.set(event.stream, { events: before.events + 1, sha256 });
    // A stream's hash covers its history, so these one after the other cover how the streams lie among each other.
    whole.update(`${JSON.stringify(event.stream)}${sha256}`);
    total++;
  }
  return { summary: { events: total, streams: streams.size, sha256: whole.digest('hex') }, streams };
}

/** The hash of a stream up to an event: over that of the stream before it, and all of the event that a client can give. */
function linked(before: string, event: RawEvent): string {
  if (kindOf(event) === 'tombstone') return hash('sha256', `${before}tombstone`);
  const { id, type, contentType, data, metadata } = event;
  const head = `${before}${JSON.stringify([id, type, contentType, data.length])}`;
  return hash('sha256', Buffer.concat([Buffer.from(head), data, metadata]));
}
