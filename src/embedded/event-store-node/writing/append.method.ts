import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type AppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { Appender } from './appender.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import type { ExpectedVersion } from './expected-version.js';
import { appendTooLarge, GrpcError, invalidArgument, Status, streamDeleted } from '../wire/grpc-error.js';
import { expectedOf } from './expected-of.js';
import { MAX_APPEND_BYTES, proposedEvent } from './proposed-event.js';
import { checkedStreamName } from '../reading/stream-name.js';
import type { ProposedEvent } from '../log/record.js';
import type { WriteOutcome } from './write-request.js';

const { AppendResp } = streams;

/** Streams.Append: options first, then the events, then one answer. */
export async function append(appender: Appender, call: GrpcCall): Promise<void> {
  let options: AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
  let bytes = 0;
  for await (const message of call.requests()) {
    const request = streams.AppendReq.deserializeBinary(message);
    options ??= request.getOptions();
    const proposed = request.getProposedMessage();
    if (!proposed) continue;
    const event = proposedEvent(proposed);
    bytes += event.data.length;
    if (bytes > MAX_APPEND_BYTES) throw appendTooLarge(MAX_APPEND_BYTES);
    events.push(event);
  }
  if (!options) throw invalidArgument('The append has no options.');
  const stream = checkedStreamName(options.getStreamIdentifier());
  const expected = expectedOf(options, options.getRevision());
  const outcome = await appender.submit({ kind: 'append', stream, expected, events });
  call.send(answer(outcome, stream, expected).serializeBinary());
}

function answer(
  outcome: WriteOutcome,
  stream: string,
  expected: ExpectedVersion,
): InstanceType<typeof AppendResp> {
  switch (outcome.kind) {
    case 'written': {
      const position = new AppendResp.Position()
        .setCommitPosition(String(outcome.position))
        .setPreparePosition(String(outcome.position));
      const success = new AppendResp.Success().setPosition(position);
      if (outcome.revision < 0) success.setNoStream(new shared.Empty());
      else success.setCurrentRevision(String(outcome.revision));
      return new AppendResp().setSuccess(success);
    }
    case 'wrong-expected-version':
      return new AppendResp().setWrongExpectedVersion(wrongExpectedVersion(outcome.current, expected));
    case 'stream-deleted':
      throw streamDeleted(stream);
    case 'timed-out':
      throw new GrpcError(Status.DEADLINE_EXCEEDED, 'The append was not finished in time.');
  }
}

function wrongExpectedVersion(
  current: number,
  expected: ExpectedVersion,
): streams.AppendResp.WrongExpectedVersion {
  const conflict = new AppendResp.WrongExpectedVersion();
  if (current < 0) conflict.setCurrentNoStream(new shared.Empty());
  else conflict.setCurrentRevision(String(current));
  if (expected === 'any') conflict.setExpectedAny(new shared.Empty());
  else if (expected === 'no-stream') conflict.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream-exists') conflict.setExpectedStreamExists(new shared.Empty());
  else conflict.setExpectedRevision(String(expected));
  return conflict;
}
