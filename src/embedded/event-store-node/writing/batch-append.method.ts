import protobufAny from 'google-protobuf/google/protobuf/any_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Appender } from './appender.js';
import { expectedOf } from './expected-of.js';
import type { ExpectedVersion } from './expected-version.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import { invalidArgument, Status } from '../wire/grpc-error.js';
import { MAX_APPEND_BYTES, proposedEvent } from './proposed-event.js';
import { checkedStreamName } from '../reading/stream-name.js';
import type { ProposedEvent } from '../log/record.js';
import type { WriteOutcome } from './write-request.js';

/** A batch whose parts are still coming. */
interface Batch {
  correlation: ReturnType<BatchAppendReq['getCorrelationId']>;
  stream: string;
  expected: ExpectedVersion;
  deadline: number | undefined;
  events: ProposedEvent[];
  bytes: number;
}

/**
 * Streams.BatchAppend: one long call on which a client sends many batches, each in one or more parts, and gets each
 * answer when its batch is committed, in whatever order. When the log fails, the whole call fails with UNAVAILABLE, by
 * which the client knows to connect again.
 */
export async function batchAppend(appender: Appender, call: GrpcCall): Promise<void> {
  const open = new Map<string, Batch>();
  const answers = new Set<Promise<void>>();
  for await (const message of call.requests()) {
    const request = streams.BatchAppendReq.deserializeBinary(message);
    const key = correlationKey(request);
    const batch = open.get(key) ?? begin(request);
    open.set(key, batch);
    add(request, batch);
    if (!request.getIsFinal()) continue;
    open.delete(key);
    const answer = finish(appender, batch)
      .then((response) => call.send(response.serializeBinary()))
      .catch((error: unknown) => call.fail(error))
      .finally(() => answers.delete(answer));
    answers.add(answer);
    await appender.room();
  }
  await Promise.all(answers);
}

function correlationKey(request: BatchAppendReq): string {
  const id = request.getCorrelationId();
  const structured = id?.getStructured();
  return structured
    ? `${structured.getMostSignificantBits()}/${structured.getLeastSignificantBits()}`
    : (id?.getString() ?? '');
}

function begin(request: BatchAppendReq): Batch {
  const options = request.getOptions();
  if (!options) throw invalidArgument('The first part of a batch has no options.');
  return {
    correlation: request.getCorrelationId(),
    stream: checkedStreamName(options.getStreamIdentifier()),
    expected: expectedOf(options, options.getStreamPosition()),
    deadline: options.getDeadline()?.toDate().getTime(),
    events: [],
    bytes: 0,
  };
}

function add(request: BatchAppendReq, batch: Batch): void {
  for (const message of request.getProposedMessagesList()) {
    const event = proposedEvent(message);
    batch.bytes += event.data.length;
    // A batch that is refused anyway is not kept; it is answered once, at its last part.
    if (batch.bytes <= MAX_APPEND_BYTES) batch.events.push(event);
    else batch.events = [];
  }
}

async function finish(appender: Appender, batch: Batch): Promise<BatchAppendResp> {
  const { stream, expected, deadline, events, bytes } = batch;
  const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));
  const response = new streams.BatchAppendResp()
    .setCorrelationId(batch.correlation)
    .setStreamIdentifier(identifier);
  if (bytes > MAX_APPEND_BYTES) {
    const limit = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES);
    return response.setError(failure(Status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', limit));
  }
  const outcome = await appender.submit({ kind: 'append', stream, expected, events, deadline });
  switch (outcome.kind) {
    case 'written':
      return response.setSuccess(success(outcome));
    case 'wrong-expected-version':
      return response.setError(
        failure(Status.FAILED_PRECONDITION, 'WrongExpectedVersion', conflict(outcome.current, expected)),
      );
    case 'stream-deleted': {
      const deleted = new shared.StreamDeleted().setStreamIdentifier(identifier);
      return response.setError(failure(Status.FAILED_PRECONDITION, 'StreamDeleted', deleted));
    }
    case 'timed-out':
      return response.setError(failure(Status.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()));
  }
}

function success(outcome: WriteOutcome & { kind: 'written' }): BatchAppendResp.Success {
  const position = new shared.AllStreamPosition()
    .setCommitPosition(String(outcome.position))
    .setPreparePosition(String(outcome.position));
  const answer = new streams.BatchAppendResp.Success().setPosition(position);
  return outcome.revision < 0
    ? answer.setNoStream(new protobufEmpty.Empty())
    : answer.setCurrentRevision(String(outcome.revision));
}

function failure(
  code: number,
  name: string,
  detail: { serializeBinary(): Uint8Array },
): InstanceType<typeof rpc.Status> {
  const any = new protobufAny.Any();
  any.pack(detail.serializeBinary(), `event_store.client.${name}`);
  return new rpc.Status().setCode(code).setMessage(name).setDetails(any);
}

function conflict(
  current: number,
  expected: ExpectedVersion,
): InstanceType<typeof shared.WrongExpectedVersion> {
  const detail = new shared.WrongExpectedVersion();
  if (current < 0) detail.setCurrentNoStream(new protobufEmpty.Empty());
  else detail.setCurrentStreamRevision(String(current));
  if (expected === 'any') return detail.setExpectedAny(new protobufEmpty.Empty());
  if (expected === 'no-stream') return detail.setExpectedNoStream(new protobufEmpty.Empty());
  if (expected === 'stream-exists') return detail.setExpectedStreamExists(new protobufEmpty.Empty());
  return detail.setExpectedStreamPosition(String(expected));
}
