import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Appender } from './appender.js';
import type { ExpectedVersion } from './expected-version.js';
import { expectedOf } from './expected-of.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import {
  GrpcError,
  invalidArgument,
  Status,
  streamDeleted,
  wrongExpectedVersion,
} from '../wire/grpc-error.js';
import { checkedStreamName } from '../reading/stream-name.js';
import type { WriteRequest } from './write-request.js';

/** Streams.Delete: hides the stream's events, a later append goes on numbering. */
export async function softDelete(appender: Appender, call: GrpcCall): Promise<void> {
  const options = streams.DeleteReq.deserializeBinary(await call.request()).getOptions();
  if (!options) throw invalidArgument('The delete has no options.');
  const stream = checkedStreamName(options.getStreamIdentifier());
  const position = await remove(appender, 'soft-delete', stream, expectedOf(options, options.getRevision()));
  const place = new streams.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position);
  call.send(new streams.DeleteResp().setPosition(place).serializeBinary());
}

/** Streams.Tombstone: ends the stream for good. */
export async function tombstone(appender: Appender, call: GrpcCall): Promise<void> {
  const options = streams.TombstoneReq.deserializeBinary(await call.request()).getOptions();
  if (!options) throw invalidArgument('The tombstone has no options.');
  const stream = checkedStreamName(options.getStreamIdentifier());
  const position = await remove(appender, 'tombstone', stream, expectedOf(options, options.getRevision()));
  const place = new streams.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position);
  call.send(new streams.TombstoneResp().setPosition(place).serializeBinary());
}

async function remove(
  appender: Appender,
  kind: WriteRequest['kind'],
  stream: string,
  expected: ExpectedVersion,
): Promise<string> {
  const outcome = await appender.submit({ kind, stream, expected, events: [] });
  switch (outcome.kind) {
    case 'written':
      return String(outcome.position);
    case 'wrong-expected-version':
      throw wrongExpectedVersion(stream, expected, outcome.current);
    case 'stream-deleted':
      throw streamDeleted(stream);
    case 'timed-out':
      throw new GrpcError(Status.DEADLINE_EXCEEDED, 'The stream was not deleted in time.');
  }
}
