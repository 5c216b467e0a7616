import type { ExpectedVersion } from '../writing/expected-version.js';

/** The gRPC status codes in use here. */
export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
} as const;

/** A call's failure as it goes over the wire: status, message and the trailers by which the client tells what it was. */
export class GrpcError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly trailers: Record<string, string> = {},
  ) {
    super(message);
  }
}

export function invalidArgument(message: string): GrpcError {
  return new GrpcError(Status.INVALID_ARGUMENT, message);
}

export function unavailable(message: string): GrpcError {
  return new GrpcError(Status.UNAVAILABLE, message);
}

export function streamDeleted(stream: string): GrpcError {
  return new GrpcError(Status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
}

/** For calls that have no better way to say it. `any`, no-stream and stream-exists go by EventStoreDB's numbers. */
export function wrongExpectedVersion(stream: string, expected: ExpectedVersion, current: number): GrpcError {
  const words = { any: -2, 'no-stream': -1, 'stream-exists': -4 };
  const number = typeof expected === 'number' ? expected : words[expected];
  return new GrpcError(
    Status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: ${current}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(number),
      // Left out, it means that the stream has no events.
      ...(current < 0 ? {} : { 'actual-version': String(current) }),
    },
  );
}

export function appendTooLarge(limit: number): GrpcError {
  return new GrpcError(Status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });
}
