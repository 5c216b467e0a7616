import streams from '@eventstore/db-client/generated/streams_pb.js';
import { pagesOfAll } from '../log/all-reader.js';
import type { EventStore } from '../event-store.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import { readFailure } from './read-failure.js';
import { MAX_INT64 } from '../log/int64.js';
import { resolveLink } from './link-resolver.js';
import type { Direction } from '../log/log-reader.js';
import { ReadAnswers } from './read-answers.js';
import { parseReadQuery, type Origin, type ReadQuery } from './read-query.js';
import type { LogRecord } from '../log/record.js';
import { StreamNotFound } from './stream-reader.js';
import { subscribeToAll, subscribeToStream } from './subscription.js';

/** Streams.Read: reads and subscriptions, of one stream and of $all. */
export async function read(store: EventStore, call: GrpcCall): Promise<void> {
  const query = parseReadQuery(streams.ReadReq.deserializeBinary(await call.request()));
  const resolve = query.resolveLinks ? (record: LogRecord) => resolveLink(store.streams, record) : undefined;
  const answers = new ReadAnswers(call, resolve);
  try {
    if (query.count !== undefined) await readOnce(store, query, query.count, answers);
    else if (query.stream === undefined) await subscribeToAll(store, query, answers);
    else await subscribeToStream(store, query.stream, query.origin, answers);
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw readFailure(error);
    answers.streamNotFound(error.stream);
  }
  await answers.flush();
}

async function readOnce(
  store: EventStore,
  query: ReadQuery,
  count: number,
  answers: ReadAnswers,
): Promise<void> {
  let left = count;
  for await (const page of pages(store, query, count)) {
    const { filter } = query;
    const wanted = filter ? page.filter((record) => filter.matches(record)) : page;
    await answers.events(wanted.length > left ? wanted.slice(0, left) : wanted);
    left -= wanted.length;
    if (left <= 0 || answers.call.closed) return;
  }
}

function pages(store: EventStore, query: ReadQuery, count: number): AsyncGenerator<LogRecord[]> {
  const { stream, direction, origin } = query;
  if (stream !== undefined) return store.streams.pages(stream, firstRevision(origin), direction, count);
  const from = firstPosition(origin, direction);
  return pagesOfAll(store.log, from, store.tail.head, direction, query.filter ? undefined : count);
}

function firstRevision(origin: Origin): number {
  return origin === 'start' ? 0 : origin === 'end' ? MAX_INT64 : origin;
}

/** Backwards a position is where the reader stands: what lies before it is read, not the record at it. */
function firstPosition(origin: Origin, direction: Direction): number {
  if (origin === 'start') return direction === 'forwards' ? 1 : 0;
  if (origin === 'end') return Number.MAX_SAFE_INTEGER;
  return direction === 'forwards' ? origin : origin - 1;
}
