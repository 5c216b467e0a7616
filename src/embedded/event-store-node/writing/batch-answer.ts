import protobufAny from 'google-protobuf/google/protobuf/any_pb.js';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import streams, { type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { GrpcError, Status } from '../wire/grpc-error.js';
import type { Batch } from './batch.js';
import type { ExpectedVersion } from './expected-version.js';
import { MAX_APPEND_BYTES } from './proposed-event.js';
import type { WriteOutcome } from './write-request.js';

/** The answer to a batch that was decided. */
export function batchAnswer(batch: Batch, outcome: WriteOutcome): BatchAppendResp {
  switch (outcome.kind) {
    case 'written':
      return response(batch).setSuccess(success(outcome.revision, outcome.position));
    case 'wrong-expected-version': {
      const detail = conflict(outcome.current, batch.expected);
      return response(batch).setError(failure(Status.ALREADY_EXISTS, 'WrongExpectedVersion', detail));
    }
    case 'stream-deleted': {
      const detail = new shared.StreamDeleted().setStreamIdentifier(batch.identifier);
      return response(batch).setError(failure(Status.NOT_FOUND, 'StreamDeleted', detail));
    }
    case 'timed-out':
      return response(batch).setError(failure(Status.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()));
  }
}

/** The answer to a batch that is refused for what it is: the call and its other batches go on. */
export function batchRefusal(batch: Batch, refusal: GrpcError): BatchAppendResp {
  const isTooLarge = refusal.trailers.exception === 'maximum-append-size-exceeded';
  const error = isTooLarge
    ? failure(
        refusal.status,
        'MaximumAppendSizeExceeded',
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES),
      )
    : failure(
        refusal.status,
        'BadRequest',
        new shared.BadRequest().setMessage(refusal.message),
        refusal.message,
      );
  return response(batch).setError(error);
}

function response(batch: Batch): BatchAppendResp {
  return new streams.BatchAppendResp()
    .setCorrelationId(batch.correlation)
    .setStreamIdentifier(batch.identifier ?? new shared.StreamIdentifier());
}

function success(revision: number, position: number): BatchAppendResp.Success {
  const place = new shared.AllStreamPosition()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position));
  const answer = new streams.BatchAppendResp.Success().setPosition(place);
  return revision < 0
    ? answer.setNoStream(new protobufEmpty.Empty())
    : answer.setCurrentRevision(String(revision));
}

function failure(
  code: number,
  name: string,
  detail: { serializeBinary(): Uint8Array },
  message = name,
): InstanceType<typeof rpc.Status> {
  const any = new protobufAny.Any();
  any.pack(detail.serializeBinary(), `event_store.client.${name}`);
  return new rpc.Status().setCode(code).setMessage(message).setDetails(any);
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
