import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { GrpcError, invalidArgument, Status } from '../wire/grpc-error.js';
import { parseUuid, randomUuid } from '../log/uuid.js';
import type { ProposedEvent } from '../log/record.js';

/** A proposed message, as Append and BatchAppend both have it. */
interface ProposedMessage {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getCustomMetadata_asU8(): Uint8Array;
  getData_asU8(): Uint8Array;
}

/** What one append may bring, summed over the data of its events. */
export const MAX_APPEND_BYTES = 1_048_576;

/** Throws what a real server throws for a message without type or content type, and INVALID_ARGUMENT for a wrong id. */
export function proposedEvent(message: ProposedMessage): ProposedEvent {
  const system = message.getMetadataMap();
  const type = system.get('type');
  const contentType = system.get('content-type');
  if (type === undefined || contentType === undefined) {
    throw new GrpcError(Status.INVALID_ARGUMENT, 'Required Metadata Property Missing', {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    });
  }
  if (type.includes('\0')) throw invalidArgument('An event type has no NUL character.');
  return {
    id: eventId(message.getId()),
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The 16 bytes of a UUID message in either form; a random one when there is none. Throws INVALID_ARGUMENT. */
export function eventId(uuid: UUID | undefined): Buffer {
  if (!uuid) return randomUuid();
  const structured = uuid.getStructured();
  if (structured) {
    const bytes = Buffer.allocUnsafe(16);
    bytes.writeBigInt64BE(BigInt(structured.getMostSignificantBits()), 0);
    bytes.writeBigInt64BE(BigInt(structured.getLeastSignificantBits()), 8);
    return bytes;
  }
  const bytes = parseUuid(uuid.getString());
  if (!bytes) throw invalidArgument(`'${uuid.getString()}' is not a UUID.`);
  return bytes;
}
