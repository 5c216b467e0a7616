import { EventStoreDBClient, ErrorType, NotLeaderError, StreamDeletedError } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import grpc, { type StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams, { type ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreUnavailable, isUnavailable } from '../event-store.js';
import { rawEventOf, type RawEvent } from './raw-event.js';

type BatchAppendCall = ReturnType<StreamsClient['batchAppend']>;
type ReadCall = ReturnType<StreamsClient['read']>;
/** gRPC metadata and call options, as the client makes them from its connection string. */
type CallArguments = Required<Parameters<StreamsClient['batchAppend']>>;

/**
 * What a copy needs of the client beyond its public face, which takes JSON apart and puts it together again: the raw
 * calls, on the connection (TLS, credentials, discovery, leader) that the client makes. The version is pinned.
 */
interface ClientInternals {
  GRPCStreamCreator<T>(
    service: typeof StreamsClient,
    name: string,
    open: (client: StreamsClient) => T,
  ): () => Promise<T>;
  callArguments(options: { requiresLeader: boolean }, callOptions: { deadline: number }): CallArguments;
}

const LEADER_ATTEMPTS = 5;
const { Options } = streams.ReadReq;

/** One connection to an event store through which events pass as bytes. Everything is asked of the leader. */
export class RawStore {
  private readonly client: EventStoreDBClient;

  /** @param url esdb:// or esdb+discover:// */
  constructor(url: string) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  /**
   * The whole log from its beginning, system events too, up to where it ended when the server was asked.
   * @throws EventStoreUnavailable, like every read here
   */
  async *all(): AsyncGenerator<RawEvent, void> {
    const from = new Options.AllOptions().setStart(new shared.Empty());
    yield* this.read(readRequest().setAll(from).setCount(String(Number.MAX_SAFE_INTEGER)));
  }

  /** The events of a stream from its first one on; none if there is no such stream. */
  async *of(stream: string): AsyncGenerator<RawEvent, void> {
    const from = new Options.StreamOptions().setStreamIdentifier(identifierOf(stream));
    const options = readRequest().setStream(from.setStart(new shared.Empty()));
    yield* this.read(options.setCount(String(Number.MAX_SAFE_INTEGER)));
  }

  /** The last event of the log; undefined for an empty one. */
  async last(): Promise<RawEvent | undefined> {
    const from = new Options.AllOptions().setEnd(new shared.Empty());
    return first(this.read(backwards(readRequest().setAll(from))));
  }

  /** The last visible event of a stream; `deleted` for a tombstoned one, undefined for one that is not there. */
  async lastOf(stream: string): Promise<RawEvent | 'deleted' | undefined> {
    const from = new Options.StreamOptions().setStreamIdentifier(identifierOf(stream));
    try {
      return await first(this.read(backwards(readRequest().setStream(from.setEnd(new shared.Empty())))));
    } catch (error) {
      if (error instanceof StreamDeletedError || isDeleted(error)) return 'deleted';
      throw error;
    }
  }

  /** Opens the call on which batches are appended. */
  openAppends(): Promise<BatchAppendCall> {
    return this.open('copy', (client, args) => client.batchAppend(...args));
  }

  /** Ends a stream for good. @throws what the client throws: WrongExpectedVersionError, StreamDeletedError … */
  async tombstone(stream: string, lastRevision: number): Promise<void> {
    const expectedRevision = lastRevision < 0 ? 'no_stream' : BigInt(lastRevision);
    await this.client.tombstoneStream(stream, { expectedRevision, requiresLeader: true });
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }

  private async *read(options: ReadReq.Options): AsyncGenerator<RawEvent, void> {
    const request = new streams.ReadReq().setOptions(options);
    for (let attempt = 1; ; attempt++) {
      const call = await this.open<ReadCall>('read', (client, args) => client.read(request, ...args));
      // Cancelling is an error too, of which nobody need hear.
      call.on('error', () => undefined);
      let begun = false;
      try {
        for await (const response of call as AsyncIterable<ReadResp>) {
          const recorded = response.getEvent()?.getEvent();
          begun = true;
          if (recorded) yield rawEventOf(recorded);
        }
        return;
      } catch (error) {
        if (begun || attempt >= LEADER_ATTEMPTS || !isNotLeader(error))
          throw isUnavailable(error) ? new EventStoreUnavailable(error) : error;
      } finally {
        // A read that is left early stays open on the server until it is cancelled.
        call.cancel();
      }
      // The client takes note of where the leader is, and makes the next call there.
      await delay(100 * attempt);
    }
  }

  private open<T>(name: string, open: (client: StreamsClient, args: CallArguments) => T): Promise<T> {
    const internals = this.client as unknown as ClientInternals;
    const args = internals.callArguments({ requiresLeader: true }, { deadline: Infinity });
    return internals.GRPCStreamCreator(grpc.StreamsClient, name, (client) => open(client, args))();
  }
}

export const identifierOf = (stream: string) =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));

function readRequest(): ReadReq.Options {
  const uuids = new Options.UUIDOption().setString(new shared.Empty());
  return new Options().setUuidOption(uuids).setNoFilter(new shared.Empty()).setReadDirection(0);
}

const backwards = (options: ReadReq.Options) => options.setReadDirection(1).setCount('1');

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

const exceptionOf = (error: unknown): unknown => {
  const { metadata } = (error ?? {}) as { metadata?: { get?(key: string): unknown[] } };
  return metadata?.get?.('exception')[0];
};
const isDeleted = (error: unknown) => exceptionOf(error) === ErrorType.STREAM_DELETED;
const isNotLeader = (error: unknown) =>
  error instanceof NotLeaderError || exceptionOf(error) === ErrorType.NOT_LEADER;
