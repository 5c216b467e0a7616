import type { RawEvent } from './raw-event.js';

const named = ({ id, type, stream, revision }: RawEvent): string => `${type} ${id} as ${stream}@${revision}`;

/** The target holds what no copy of this source would have put there, so that nothing was written to it any more. */
export class TargetDiverged extends Error {
  constructor(
    readonly stream: string,
    why: string,
  ) {
    super(`stream ${stream} of the target is not a copy of the source's: ${why}`);
    this.name = 'TargetDiverged';
  }

  static at(found: RawEvent, expected: RawEvent | undefined): TargetDiverged {
    const instead = expected
      ? `where the source has ${named(expected)}`
      : 'which is more than the source has';
    return new TargetDiverged(found.stream, `the target holds ${named(found)}, ${instead}`);
  }
}

/** Events are missing in the source: they were scavenged there. A client cannot give revisions, so a copy would renumber. */
export class SourceIncomplete extends Error {
  constructor(
    readonly stream: string,
    missing: number,
    { revision }: RawEvent,
  ) {
    super(
      `stream ${stream} of the source has no revision ${missing}, only ${revision} again: events were scavenged, ` +
        'and a copy would number the rest anew',
    );
    this.name = 'SourceIncomplete';
  }
}

/** The target refused an append. */
export class AppendRefused extends Error {
  readonly stream: string;

  /** @param reason the server's name for it: AccessDenied, MaximumAppendSizeExceeded, WrongExpectedVersion … */
  constructor(
    { stream, expected, events }: { stream: string; expected: number; events: readonly RawEvent[] },
    message: string,
    readonly reason: string,
  ) {
    super(
      `the target refused ${stream}@${expected + 1} (${events.length} events, the first ${events[0]?.id}): ` +
        `${reason}${message && message !== reason ? `, ${message}` : ''}`,
    );
    this.name = 'AppendRefused';
    this.stream = stream;
  }
}

/** The target put appends into another order than that in which they were sent. */
export class OrderLost extends Error {
  constructor(readonly stream: string) {
    super(
      `the target wrote ${stream} before what was sent ahead of it: empty it and copy with one append at a time`,
    );
    this.name = 'OrderLost';
  }
}
