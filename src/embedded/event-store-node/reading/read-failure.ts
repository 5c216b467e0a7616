import { GrpcError, Status, unavailable } from '../wire/grpc-error.js';
import { DamagedLogError } from '../log/log-reader.js';

/** What a failed read is to the client: its own error, DATA_LOSS for a damaged log, UNAVAILABLE when PostgreSQL is away. */
export function readFailure(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  const message = (error as Error).message;
  if (error instanceof DamagedLogError) return new GrpcError(Status.DATA_LOSS, message);
  return unavailable(`The event log cannot be read now: ${message}`);
}
