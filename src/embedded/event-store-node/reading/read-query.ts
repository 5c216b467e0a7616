import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { compileFilter, filterSpec, type EventFilter } from './event-filter.js';
import { invalidArgument } from '../wire/grpc-error.js';
import { MAX_INT64, parseUint64 } from '../log/int64.js';
import type { Direction } from '../log/log-reader.js';
import { checkedStreamName } from './stream-name.js';

const { FORWARDS } = streams.ReadReq.Options.ReadDirection;

/** Where to begin: at the start, at the end, or at this position or revision. */
export type Origin = 'start' | 'end' | number;

/** What Streams.Read is asked for. */
export interface ReadQuery {
  /** Undefined for $all. */
  stream: string | undefined;
  origin: Origin;
  direction: Direction;
  /** Undefined for a subscription. */
  count: number | undefined;
  filter: EventFilter | undefined;
  resolveLinks: boolean;
}

/** Throws INVALID_ARGUMENT for what is incomplete. */
export function parseReadQuery(request: ReadReq): ReadQuery {
  const options = request.getOptions();
  if (!options) throw invalidArgument('The read has no options.');
  const filter = options.getFilter();
  const direction = options.getReadDirection() === FORWARDS ? 'forwards' : 'backwards';
  const count = options.hasSubscription() ? undefined : parseUint64(options.getCount());
  const common = { direction, count, resolveLinks: options.getResolveLinks() } as const;
  const stream = options.getStream();
  if (stream) {
    if (filter) throw invalidArgument('Only $all can be filtered.');
    const origin = stream.hasRevision() ? placeOf(stream.getRevision()) : stream.hasEnd() ? 'end' : 'start';
    const name = checkedStreamName(stream.getStreamIdentifier());
    return { ...common, stream: name, origin, filter: undefined };
  }
  const all = options.getAll();
  if (!all) throw invalidArgument('The read names neither a stream nor $all.');
  const position = all.getPosition();
  const origin = position ? placeOf(position.getCommitPosition()) : all.hasEnd() ? 'end' : 'start';
  return { ...common, stream: undefined, origin, filter: filter && compileFilter(filterSpec(filter)) };
}

/** Clients write "the end" as the largest number too. */
function placeOf(decimal: string): Origin {
  const place = parseUint64(decimal);
  return place >= MAX_INT64 ? 'end' : place;
}
