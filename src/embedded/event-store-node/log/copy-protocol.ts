import type { Client, ClientBase, Connection, Submittable } from 'pg';

/** The part of pg's Connection that sends COPY data; its type declarations leave it out. */
interface CopyConnection {
  stream: { cork(): void; uncork(): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
/** Copy messages are sent in pieces of about this size. */
const CHUNK_BYTES = 256 * 1024;

/**
 * `COPY … FROM STDIN (FORMAT binary)` in one round trip: the data follows the command without waiting for the server's
 * go-ahead. PostgreSQL reads and drops COPY data when the command failed, so that is safe. Done when the server is ready
 * for the next query, that is after commit.
 */
class CopyIn implements Submittable {
  constructor(
    readonly text: string,
    readonly tuples: readonly Buffer[],
    readonly done: (error?: Error) => void,
  ) {}

  submit(connection: Connection): void {
    const copy = connection as unknown as CopyConnection;
    // Command, data and end leave in one packet, so that the server is not woken for each.
    copy.stream.cork();
    copy.query(this.text);
    let pieces: Buffer[] = [HEADER];
    let bytes = 0;
    for (const tuple of this.tuples) {
      pieces.push(tuple);
      bytes += tuple.length;
      if (bytes < CHUNK_BYTES) continue;
      copy.sendCopyFromChunk(Buffer.concat(pieces));
      pieces = [];
      bytes = 0;
    }
    pieces.push(TRAILER);
    copy.sendCopyFromChunk(Buffer.concat(pieces));
    copy.endCopyFrom();
    copy.stream.uncork();
  }

  handleCopyInResponse(): void {}
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.done();
  }
  handleError(error: Error): void {
    this.done(error);
  }
}

/** `COPY (SELECT …) TO STDOUT (FORMAT binary)`: hands out each tuple's bytes, valid only during the call. */
class CopyOut implements Submittable {
  #headerSeen = false;
  #over = false;

  constructor(
    readonly text: string,
    readonly onTuple: (bytes: Buffer) => 'enough' | undefined,
    readonly done: (outcome: 'complete' | 'cut' | Error) => void,
  ) {}

  submit(connection: Connection): void {
    (connection as unknown as CopyConnection).query(this.text);
  }

  handleCopyData(message: { chunk: Buffer }): void {
    let bytes = message.chunk;
    if (!this.#headerSeen) {
      this.#headerSeen = true;
      bytes = bytes.subarray(HEADER.length);
    }
    if (bytes.length <= TRAILER.length || this.#over) return;
    try {
      if (this.onTuple(bytes) === 'enough') this.#end('cut');
    } catch (error) {
      // Thrown on, it would end in the socket's event handler.
      this.#end(error as Error);
    }
  }

  handleCommandComplete(): void {}
  handleReadyForQuery(): void {
    this.#end('complete');
  }
  handleError(error: Error): void {
    this.#end(error);
  }

  #end(outcome: 'complete' | 'cut' | Error): void {
    if (!this.#over) this.done(outcome);
    this.#over = true;
  }
}

/** Writes binary tuples with one COPY command, which is one transaction. Resolves after commit, throws the server's error. */
export function copyIn(client: Client, text: string, tuples: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(text, tuples, (error) => (error ? reject(error) : resolve())));
  });
}

/**
 * Runs one COPY … TO STDOUT command. `onTuple` gets views of a buffer that is reused: copy what must stay. When it
 * answers 'enough' (or throws) the rest is not waited for: the answer is 'cut', and the connection must be ended.
 */
export function copyOut(
  client: ClientBase,
  text: string,
  onTuple: (bytes: Buffer) => 'enough' | undefined,
): Promise<'complete' | 'cut'> {
  return new Promise((resolve, reject) => {
    const done = (outcome: 'complete' | 'cut' | Error) =>
      outcome instanceof Error ? reject(outcome) : resolve(outcome);
    client.query(new CopyOut(text, onTuple, done));
  });
}
