import { Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../access/caller.js';
import { contextOf } from '../access/command-context.js';
import { Clock } from '../clock.js';
import { Codec } from '../event-store/codec.js';
import type { Rejection } from '../event-store/decider.js';
import { DecisionRunner, type Outcome } from '../event-store/decision-runner.js';
import { EventStore } from '../event-store/event-store.js';
import { segmentDecider, type SegmentIntent, type SegmentState } from './segment.decider.js';
import { segmentEvents, segmentStream, type SegmentEvent } from './segment.events.js';

/** The decisions of all segments. */
@Injectable()
export class SegmentDecisions extends DecisionRunner<SegmentState, SegmentEvent> {
  constructor(eventStore: EventStore) {
    super(eventStore, new Codec<SegmentEvent>(segmentEvents), segmentDecider);
  }
}

/** What a caller wants of one segment, on the command bus. */
export class ChangeSegment extends Command<Outcome | Rejection> {
  /** @param request what the caller sent, told apart from a retry by its fingerprint; defaults of ours are no part of it */
  constructor(
    readonly segmentId: string,
    readonly intent: SegmentIntent,
    readonly caller: Caller,
    readonly request: object,
  ) {
    super();
  }
}

/** A segment is defined, revised and retired now: its membership is kept from then on, and asked of any date before. */
@CommandHandler(ChangeSegment)
export class ChangeSegmentHandler implements ICommandHandler<ChangeSegment> {
  constructor(
    private readonly segments: SegmentDecisions,
    private readonly clock: Clock,
  ) {}

  execute({ segmentId, intent, caller, request }: ChangeSegment): Promise<Outcome | Rejection> {
    const stream = segmentStream(segmentId);
    const at = this.clock.now();
    return this.segments.run({
      stream,
      context: contextOf(stream, intent.kind, caller, request),
      onlyAt: caller.onlyAt,
      decide: (state) => segmentDecider.decide(state, { ...intent, at }),
    });
  }
}
