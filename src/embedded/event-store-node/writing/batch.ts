import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ProposedEvent } from '../log/record.js';
import { checkedStreamName } from '../reading/stream-name.js';
import { appendTooLarge, GrpcError, invalidArgument } from '../wire/grpc-error.js';
import { expectedOf } from './expected-of.js';
import type { ExpectedVersion } from './expected-version.js';
import { MAX_APPEND_BYTES, proposedEvent } from './proposed-event.js';

/** A batch of a BatchAppend call. It comes in one or more parts; whatever is wrong with it, it is answered once, at the end. */
export class Batch {
  readonly correlation: UUID | undefined;
  readonly identifier: StreamIdentifier | undefined;
  stream = '';
  expected: ExpectedVersion = 'any';
  deadline: number | undefined;
  events: ProposedEvent[] = [];
  /** Why it is refused, if it is. Nothing of it is kept then. */
  refusal: GrpcError | undefined;
  #bytes = 0;

  constructor(first: BatchAppendReq) {
    const options = first.getOptions();
    this.correlation = first.getCorrelationId();
    this.identifier = options?.getStreamIdentifier();
    this.#try(() => {
      if (!options) throw invalidArgument('The first part of a batch has no options.');
      this.stream = checkedStreamName(options.getStreamIdentifier());
      this.expected = expectedOf(options, options.getStreamPosition());
      this.deadline = options.getDeadline()?.toDate().getTime();
    });
  }

  add(part: BatchAppendReq): void {
    this.#try(() => {
      for (const message of part.getProposedMessagesList()) {
        const event = proposedEvent(message);
        this.#bytes += event.data.length;
        if (this.#bytes > MAX_APPEND_BYTES) throw appendTooLarge(MAX_APPEND_BYTES);
        this.events.push(event);
      }
    });
  }

  #try(step: () => void): void {
    if (this.refusal) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      this.refusal = error;
      this.events = [];
    }
  }
}
