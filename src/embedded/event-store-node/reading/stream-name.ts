import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import { invalidArgument } from '../wire/grpc-error.js';

/** PostgreSQL indexes no longer keys than about 2,700 bytes. */
const MAX_NAME_BYTES = 2_000;

/** The name in a stream identifier. Throws INVALID_ARGUMENT for one that is missing, too long or has a NUL character. */
export function checkedStreamName(identifier: StreamIdentifier | undefined): string {
  const name = Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
  if (name === '') throw invalidArgument('The stream has no name.');
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidArgument(`A stream name has at most ${MAX_NAME_BYTES} bytes.`);
  }
  if (name.includes('\0')) throw invalidArgument('A stream name has no NUL character.');
  return name;
}
