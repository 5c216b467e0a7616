import { randomUUID } from 'node:crypto';
import protobufEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams, { type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { EventStoreUnavailable } from '../event-store.js';
import { AppendRefused, OrderLost } from './copy-errors.js';
import type { RawEvent } from './raw-event.js';
import { identifierOf } from './raw-store.js';

/** Events that follow each other in one stream, to be written as one append. */
export interface Batch {
  readonly stream: string;
  /** revision of the last event now in the stream, −1 where there must be none */
  readonly expected: number;
  readonly events: RawEvent[];
  bytes: number;
}

interface Pending {
  readonly batch: Batch;
  readonly sentAt: number;
  answered: boolean;
  position: bigint | undefined;
}

/** In flight at most, whatever the number of batches. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const ANSWER_BOUND_MS = 60_000;

/**
 * Appends batches over one call, many at a time. A server takes the batches of a call in the order in which they are
 * sent, and so they come to stand in `$all`; that it did is checked against the positions in its answers.
 */
export class AppendPipeline {
  /** In the order of sending; the oldest that is not answered comes first. */
  private readonly pending = new Map<string, Pending>();
  private bytes = 0;
  private position = -1n;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;
  private readonly watch: NodeJS.Timeout;

  /** @param inFlight how many batches may be under way at once; 1 = the next goes out when the one before is durable */
  constructor(
    private readonly call: ReturnType<StreamsClient['batchAppend']>,
    private readonly inFlight: number,
  ) {
    call.on('data', (response: BatchAppendResp) => this.take(response));
    call.on('error', (error: Error) => this.fail(new EventStoreUnavailable(error)));
    call.on('end', () => this.fail(new EventStoreUnavailable(new Error('the server ended the call'))));
    this.watch = setInterval(() => this.checkPatience(), 1_000);
  }

  /** Sends as soon as there is room. @throws what an earlier batch failed with */
  async send(batch: Batch): Promise<void> {
    while (this.pending.size >= this.inFlight || this.bytes > WINDOW_BYTES) await this.next();
    if (this.failure) throw this.failure;
    const id = randomUUID();
    this.pending.set(id, { batch, sentAt: Date.now(), answered: false, position: undefined });
    this.bytes += batch.bytes;
    this.call.write(requestOf(id, batch));
  }

  /** Resolves when everything sent is durable. @throws what a batch failed with */
  async drain(): Promise<void> {
    while (this.pending.size > 0) await this.next();
    if (this.failure) throw this.failure;
  }

  close(): void {
    clearInterval(this.watch);
    this.call.cancel();
  }

  private next(): Promise<void> {
    if (this.failure) throw this.failure;
    return new Promise((resolve) => (this.wake = resolve));
  }

  private take(response: BatchAppendResp): void {
    const pending = this.pending.get(response.getCorrelationId()?.getString() ?? '');
    if (!pending) return;
    const error = response.getError();
    const position = response.getSuccess()?.getPosition()?.getCommitPosition();
    pending.answered = true;
    pending.position = position === undefined ? undefined : BigInt(position);
    if (error) this.fail(new AppendRefused(pending.batch, error.getMessage(), reasonOf(response)));
    this.settle();
    this.wake();
  }

  /** Lets go of the oldest batches that are answered, in the order in which they were sent. */
  private settle(): void {
    for (const [id, { batch, answered, position }] of this.pending) {
      if (!answered) return;
      this.pending.delete(id);
      this.bytes -= batch.bytes;
      if (position === undefined) continue;
      if (position < this.position) this.fail(new OrderLost(batch.stream));
      this.position = position;
    }
  }

  private checkPatience(): void {
    for (const { sentAt } of this.pending.values()) {
      if (Date.now() - sentAt > ANSWER_BOUND_MS)
        this.fail(new EventStoreUnavailable(new Error(`no answer within ${ANSWER_BOUND_MS / 1_000} s`)));
      return;
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }
}

function requestOf(correlationId: string, { stream, expected, events }: Batch) {
  const options = new streams.BatchAppendReq.Options().setStreamIdentifier(identifierOf(stream));
  if (expected < 0) options.setNoStream(new protobufEmpty.Empty());
  else options.setStreamPosition(String(expected));
  return new streams.BatchAppendReq()
    .setCorrelationId(new shared.UUID().setString(correlationId))
    .setOptions(options)
    .setProposedMessagesList(events.map(proposedOf))
    .setIsFinal(true);
}

function proposedOf({ id, type, contentType, data, metadata }: RawEvent) {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(id))
    .setData(data)
    .setCustomMetadata(metadata);
  message.getMetadataMap().set('type', type).set('content-type', contentType);
  return message;
}

/** `WrongExpectedVersion`, `AccessDenied` …: the type of the answer's detail, without its package. */
const reasonOf = (response: BatchAppendResp): string =>
  response.getError()?.getDetails()?.getTypeName().split('.').at(-1) ?? 'Unknown';
