import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { FrameReader, frame } from './frames.js';
import { GrpcError, invalidArgument, Status } from './grpc-error.js';

/** One call of a client: its requests, its answers, its end. */
export class GrpcCall {
  #corked = false;
  #ended = false;
  #drained: Promise<void> | undefined;

  constructor(
    readonly stream: ServerHttp2Stream,
    readonly headers: IncomingHttpHeaders,
  ) {
    // A client that goes away is no failure; who answers it finds `closed`.
    stream.on('error', () => undefined);
  }

  /** Whether nobody waits for answers any more. */
  get closed(): boolean {
    return this.#ended || this.stream.destroyed || this.stream.closed;
  }

  /** Calls `then` once when the client or the connection goes away, or the call is answered to its end. */
  onClose(then: () => void): void {
    if (this.closed) then();
    else this.stream.once('close', then);
  }

  /** The request messages as they come; ends with the client's half of the call. Throws CANCELLED when it goes away. */
  async *requests(): AsyncGenerator<Buffer> {
    const reader = new FrameReader();
    try {
      for await (const chunk of this.stream.iterator({ destroyOnReturn: false })) {
        yield* reader.push(chunk as Buffer);
      }
    } catch (error) {
      throw error instanceof GrpcError ? error : cancelled();
    }
    if (this.stream.aborted) throw cancelled();
  }

  /** The only request of a call that has one. */
  async request(): Promise<Buffer> {
    for await (const message of this.requests()) return message;
    throw invalidArgument('The call has no request message.');
  }

  /** Answers with one message. Answers of the same turn of the event loop go out together. */
  send(message: Uint8Array): void {
    if (this.closed) return;
    this.#begin();
    if (!this.#corked) {
      this.#corked = true;
      this.stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.stream.uncork();
      });
    }
    this.stream.write(frame(message));
  }

  /** Sends frames already made. Returns a promise to wait for when the client reads slower than they come. */
  sendFrames(frames: Buffer): Promise<void> | undefined {
    if (this.closed) return undefined;
    this.#begin();
    if (this.stream.write(frames)) return undefined;
    return (this.#drained ??= this.#whenDrained());
  }

  #whenDrained(): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.stream.off('drain', resume);
        this.stream.off('close', resume);
        this.#drained = undefined;
        resolve();
      };
      this.stream.on('drain', resume);
      this.stream.on('close', resume);
    });
  }

  /** Ends the call well. */
  end(): void {
    this.#end({ 'grpc-status': '0' });
  }

  /** Ends the call with an error; what is no GrpcError is INTERNAL. */
  fail(error: unknown): void {
    const known =
      error instanceof GrpcError ? error : new GrpcError(Status.INTERNAL, (error as Error).message);
    const trailers: Record<string, string> = {
      'grpc-status': String(known.status),
      'grpc-message': headerText(known.message),
    };
    for (const [name, value] of Object.entries(known.trailers)) trailers[name] = headerText(value);
    this.#end(trailers);
  }

  #begin(): void {
    if (this.stream.headersSent) return;
    this.stream.respond(
      { ':status': 200, 'content-type': 'application/grpc+proto' },
      { waitForTrailers: true },
    );
  }

  #end(trailers: Record<string, string>): void {
    if (this.closed) return;
    this.#begin();
    this.#ended = true;
    this.stream.once('wantTrailers', () => this.stream.sendTrailers(trailers));
    this.stream.end();
    // The rest of a request that nobody will read must not hold the connection's window.
    this.stream.resume();
  }
}

function cancelled(): GrpcError {
  return new GrpcError(Status.CANCELLED, 'The client went away.');
}

/** Header values are ASCII: anything else, and the percent sign itself, is percent-encoded as gRPC prescribes. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    Buffer.from(part, 'utf8').toString('hex').replace(/../g, '%$&').toUpperCase(),
  );
}
