import { GrpcError, Status } from './grpc-error.js';

const PREFIX_BYTES = 5;
/** The largest message taken; EventStoreDB's clients set the same limit for what they receive. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/** A gRPC frame: no compression, length, message. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, PREFIX_BYTES);
  return framed;
}

/** Cuts the incoming bytes of a call into messages. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** The messages that this chunk completes. Throws for compressed and for oversized ones. */
  push(chunk: Buffer): Buffer[] {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    for (;;) {
      const size = this.#nextSize();
      if (size === undefined || this.#bytes < PREFIX_BYTES + size) return messages;
      const all = this.#joined();
      messages.push(all.subarray(PREFIX_BYTES, PREFIX_BYTES + size));
      this.#pieces = [all.subarray(PREFIX_BYTES + size)];
      this.#bytes = all.length - PREFIX_BYTES - size;
    }
  }

  #nextSize(): number | undefined {
    if (this.#bytes < PREFIX_BYTES) return undefined;
    const first = this.#pieces[0] as Buffer;
    const start = first.length >= PREFIX_BYTES ? first : this.#joined();
    if (start[0] !== 0) throw new GrpcError(Status.UNIMPLEMENTED, 'Compressed messages are not supported.');
    const size = start.readUInt32BE(1);
    if (size > MAX_MESSAGE_BYTES) {
      throw new GrpcError(
        Status.RESOURCE_EXHAUSTED,
        `Received message larger than max (${size} vs ${MAX_MESSAGE_BYTES})`,
      );
    }
    return size;
  }

  #joined(): Buffer {
    const all = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}
