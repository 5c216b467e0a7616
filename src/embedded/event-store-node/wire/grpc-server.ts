import {
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { GrpcCall } from './grpc-call.js';
import { GrpcError, Status, unavailable } from './grpc-error.js';

/** Serves one method. The call ends when it returns, or with the error that it throws. */
export type GrpcMethod = (call: GrpcCall) => Promise<void>;

/** Kestrel allows as many, so that a client which leaks reads meets the same limit here. */
const MAX_CONCURRENT_STREAMS = 100;
const WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
const CLOSING_PATIENCE_MS = 500;

export interface GrpcServer {
  port: number;
  /** Ends every call with UNAVAILABLE and closes the connections. */
  close(): Promise<void>;
}

/** Serves gRPC over HTTP/2 without TLS. `methods`: by path, `/package.Service/Method`. Throws when it cannot listen. */
export async function startGrpcServer(options: {
  host: string;
  port: number;
  methods: ReadonlyMap<string, GrpcMethod>;
  log: (line: string) => void;
}): Promise<GrpcServer> {
  const sessions = new Set<Http2Session>();
  const calls = new Set<GrpcCall>();
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS, initialWindowSize: WINDOW_BYTES },
    maxSessionMemory: 256,
    // Clients cancel reads by resetting them. Node's own limit (1,000 at once, 33 a second) can be lifted from version 24
    // on only; before that it ends the connection of a client that cancels more.
    ...{ streamResetBurst: 1_000_000, streamResetRate: 1_000_000 },
  });
  server.on('connection', (socket: Socket) => socket.setNoDelay(true));
  server.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const call = new GrpcCall(stream, headers);
    calls.add(call);
    stream.on('close', () => calls.delete(call));
    void serve(call, options.methods.get(headers[':path'] ?? ''), options.log);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const call of calls) call.fail(unavailable('The server is shutting down.'));
      for (const session of sessions) session.close();
      const patience = setTimeout(
        () => sessions.forEach((session) => session.destroy()),
        CLOSING_PATIENCE_MS,
      );
      await closed;
      clearTimeout(patience);
    },
  };
}

async function serve(
  call: GrpcCall,
  method: GrpcMethod | undefined,
  log: (line: string) => void,
): Promise<void> {
  try {
    if (!method) throw new GrpcError(Status.UNIMPLEMENTED, 'This node does not implement the method.');
    await method(call);
    call.end();
  } catch (error) {
    if (!(error instanceof GrpcError) && !call.closed)
      log(`${call.headers[':path']} failed: ${(error as Error).stack}`);
    call.fail(error);
  }
}
