import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import type { Appender } from './appender.js';
import { batchAnswer, batchRefusal } from './batch-answer.js';
import { Batch } from './batch.js';

/**
 * Streams.BatchAppend: one long call on which a client sends many batches, each in one or more parts, and gets each
 * answer when its batch is committed, in whatever order. When the log fails, the whole call fails with UNAVAILABLE, by
 * which the client knows to connect again.
 */
export async function batchAppend(appender: Appender, call: GrpcCall): Promise<void> {
  const open = new Map<string, Batch>();
  const answers = new Set<Promise<void>>();
  for await (const message of call.requests()) {
    // A batch after one that failed must not be taken: it would come to lie behind a hole.
    if (call.closed) break;
    const request = streams.BatchAppendReq.deserializeBinary(message);
    const key = correlationKey(request);
    const batch = open.get(key) ?? new Batch(request);
    open.set(key, batch);
    batch.add(request);
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

async function finish(appender: Appender, batch: Batch): Promise<BatchAppendResp> {
  if (batch.refusal) return batchRefusal(batch, batch.refusal);
  const { stream, expected, events, deadline } = batch;
  return batchAnswer(batch, await appender.submit({ kind: 'append', stream, expected, events, deadline }));
}
