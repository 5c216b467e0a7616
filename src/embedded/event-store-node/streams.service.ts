import { append } from './writing/append.method.js';
import { batchAppend } from './writing/batch-append.method.js';
import { softDelete, tombstone } from './writing/delete.method.js';
import type { EventStore } from './event-store.js';
import type { GrpcMethod } from './wire/grpc-server.js';
import { read } from './reading/read.method.js';

/** The methods of event_store.client.streams.Streams by name. */
export function streamsService(store: EventStore): Record<string, GrpcMethod> {
  return {
    Read: (call) => read(store, call),
    Append: (call) => append(store.appender, call),
    BatchAppend: (call) => batchAppend(store.appender, call),
    Delete: (call) => softDelete(store.appender, call),
    Tombstone: (call) => tombstone(store.appender, call),
  };
}
