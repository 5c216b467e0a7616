import { randomUUID } from 'node:crypto';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { frame } from '../wire/frames.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import type { LogRecord } from '../log/record.js';
import { encodeReadEvent, type ResolvedRecord } from './record-encoder.js';

const { ReadResp } = streams;
/** Answers are gathered up to this size before they are handed to the connection. */
const CHUNK_BYTES = 64 * 1024;

/** The answers of one read or subscription: gathered into chunks, sent no faster than the client takes them. */
export class ReadAnswers {
  #frames: Buffer[] = [];
  #bytes = 0;

  /** `resolve` finds what a link points to; undefined when links are shown as they are. */
  constructor(
    readonly call: GrpcCall,
    readonly resolve: ((record: LogRecord) => Promise<ResolvedRecord>) | undefined,
  ) {}

  /** Adds events; waits while the client is slower. */
  async events(records: Iterable<LogRecord>): Promise<void> {
    for (const record of records) {
      this.#add(encodeReadEvent(this.resolve ? await this.resolve(record) : { event: record }));
      if (this.#bytes >= CHUNK_BYTES) await this.flush();
      if (this.call.closed) return;
    }
  }

  confirmation(): void {
    const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
    this.#add(frame(new ReadResp().setConfirmation(confirmation).serializeBinary()));
  }

  caughtUp(): void {
    this.#add(frame(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()).serializeBinary()));
  }

  fellBehind(): void {
    this.#add(frame(new ReadResp().setFellBehind(new ReadResp.FellBehind()).serializeBinary()));
  }

  checkpoint(position: number): void {
    const checkpoint = new ReadResp.Checkpoint()
      .setCommitPosition(String(position))
      .setPreparePosition(String(position));
    this.#add(frame(new ReadResp().setCheckpoint(checkpoint).serializeBinary()));
  }

  streamNotFound(stream: string): void {
    const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));
    const notFound = new ReadResp.StreamNotFound().setStreamIdentifier(identifier);
    this.#add(frame(new ReadResp().setStreamNotFound(notFound).serializeBinary()));
  }

  /** Sends what is gathered; resolves when the client has room for more. */
  async flush(): Promise<void> {
    if (this.#bytes === 0) return;
    const chunk = Buffer.concat(this.#frames, this.#bytes);
    this.#frames = [];
    this.#bytes = 0;
    await this.call.sendFrames(chunk);
  }

  #add(framed: Buffer): void {
    this.#frames.push(framed);
    this.#bytes += framed.length;
  }
}
