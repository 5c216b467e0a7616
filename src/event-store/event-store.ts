import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type JSONEventData,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';

/** The event store cannot be reached, or did not answer in time. Of an append it is then unknown whether it was written. */
export class EventStoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('the event store is not available', { cause });
    this.name = 'EventStoreUnavailable';
  }
}

/** The stream has moved on: it does not stand at the revision that the append expected. */
export class RevisionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expected: number,
  ) {
    super(`stream ${stream} is no longer at revision ${expected}`);
    this.name = 'RevisionConflict';
  }
}

/**
 * The one connection of this process to EventStoreDB, over the client library. What the client leaves open is closed
 * here: appends get a deadline, reads are always run to their end or cancelled, errors come out as three types of ours.
 */
export class EventStore {
  private readonly client: EventStoreDBClient;

  /** @param timeout how long, in ms, the store may leave a call without an answer */
  constructor(
    url: string,
    private readonly timeout = 8_000,
  ) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  /**
   * Appends all events or none.
   * @param expected revision of the last event now in the stream, −1 where there must be none
   * @returns position of the last event written
   * @throws RevisionConflict, EventStoreUnavailable
   */
  async append(stream: string, events: JSONEventData[], expected: number): Promise<bigint> {
    try {
      const expectedRevision = expected < 0 ? NO_STREAM : BigInt(expected);
      const result = await withDeadline(
        this.client.appendToStream(stream, events.map(withMetadataAsBytes), { expectedRevision }),
        this.timeout,
      );
      if (!result.position) throw new Error('the event store gave no position for an append');
      return result.position.commit;
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) throw new RevisionConflict(stream, expected);
      throw asOurs(error);
    }
  }

  /** @returns the events of a stream from a revision on (inclusive), oldest first; none if there is no such stream */
  async readStream(stream: string, fromRevision = 0): Promise<ResolvedEvent[]> {
    try {
      return await drain(
        this.client.readStream(stream, { direction: FORWARDS, fromRevision: BigInt(fromRevision) }),
        this.timeout,
      );
    } catch (error) {
      if (error instanceof StreamNotFoundError || error instanceof StreamDeletedError) return [];
      throw asOurs(error);
    }
  }

  /**
   * Subscribes to the events of all streams whose names begin with one of the prefixes, from just after a position
   * (null: from the start) onwards, without end. It does not come back by itself after an error: subscribe again.
   */
  subscribe(prefixes: string[], after: bigint | null): AllStreamSubscription {
    return this.client.subscribeToAll({
      fromPosition: after === null ? START : { commit: after, prepare: after },
      filter: streamNameFilter({ prefixes }),
    });
  }

  /** @returns position of the last event in the whole log, the store's own tail; null for an empty log */
  async tail(): Promise<bigint | null> {
    const last = await this.lastEvents(1);
    return last[0]?.event?.position.commit ?? null;
  }

  private async lastEvents(count: number): Promise<AllStreamResolvedEvent[]> {
    try {
      return await drain(
        this.client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: count }),
        this.timeout,
      );
    } catch (error) {
      throw asOurs(error);
    }
  }

  async close(): Promise<void> {
    await this.client.dispose();
  }
}

/**
 * Reads to the end. Collecting by `data` is a third faster than `for await`, and leaks nothing when it fails. The client
 * would wait for ever for a server that stands still, so silence has a bound of ours.
 */
function drain<T>(stream: StreamingRead<T>, timeout: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const items: T[] = [];
    const silence = setTimeout(() => {
      reject(new EventStoreUnavailable(new Error(`nothing came for ${timeout} ms`)));
      void stream.cancel().catch(() => undefined);
    }, timeout);
    stream.on('data', (item) => {
      items.push(item);
      silence.refresh();
    });
    // It may yet fail after it was given up.
    stream.on('error', (error) => {
      clearTimeout(silence);
      reject(error);
    });
    stream.once('end', () => {
      clearTimeout(silence);
      resolve(items);
    });
  });
}

const utf8 = new TextEncoder();

/**
 * The client would turn metadata into base64 and back, twice over and slowly: that was half of what an append of many
 * events cost here. Bytes it sends as they are. What is stored is the same.
 */
const withMetadataAsBytes = (event: JSONEventData): JSONEventData => ({
  ...event,
  metadata: utf8.encode(JSON.stringify(event.metadata)),
});

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EventStoreUnavailable(new Error(`no answer within ${ms} ms`))), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Transport failures, whatever form the client gives them (some come as raw gRPC errors), become one type. */
const asOurs = (error: unknown): unknown =>
  !(error instanceof EventStoreUnavailable) && isUnavailable(error)
    ? new EventStoreUnavailable(error)
    : error;

/** @returns whether an error of the client's, or of ours, says that the store cannot be reached or did not answer */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof EventStoreUnavailable) return true;
  const { type, code } = (error ?? {}) as { type?: unknown; code?: unknown };
  const lost = ['unavailable', 'cancelled', 'deadline-exceeded', 'timeout', 'not-leader'];
  // gRPC: 1 cancelled, 4 deadline exceeded, 8 resources exhausted, 14 unavailable
  return (typeof type === 'string' && lost.includes(type)) || [1, 4, 8, 14].includes(code as number);
}
