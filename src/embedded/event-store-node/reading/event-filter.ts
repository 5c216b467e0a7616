import { invalidArgument } from '../wire/grpc-error.js';
import type { LogRecord } from '../log/record.js';

/** Events that a filtered subscription looks at between two checkpoints, unless it says otherwise. */
const DEFAULT_WINDOW = 32;

/** The filter options as streams.proto and persistent.proto both have them. */
interface FilterMessage {
  getStreamIdentifier(): ExpressionMessage | undefined;
  getEventType(): ExpressionMessage | undefined;
  hasMax(): boolean;
  getMax(): number;
  getCheckpointintervalmultiplier(): number;
}

interface ExpressionMessage {
  getRegex(): string;
  getPrefixList(): string[];
}

/** A filter as it is kept: on what, and either prefixes or a regular expression. */
export interface FilterSpec {
  on: 'stream' | 'type';
  prefixes: string[];
  regex: string;
  /** A checkpoint is due after so many events looked at. */
  checkpointEvery: number;
}

export interface EventFilter {
  matches(record: LogRecord): boolean;
  checkpointEvery: number;
}

/** Reads the filter of a request; throws INVALID_ARGUMENT when it has no expression. */
export function filterSpec(message: FilterMessage): FilterSpec {
  const byStream = message.getStreamIdentifier();
  const expression = byStream ?? message.getEventType();
  if (!expression) throw invalidArgument('The filter names neither streams nor event types.');
  const window = message.hasMax() ? message.getMax() : DEFAULT_WINDOW;
  return {
    on: byStream ? 'stream' : 'type',
    prefixes: expression.getPrefixList(),
    regex: expression.getRegex(),
    checkpointEvery: Math.max(1, window * Math.max(1, message.getCheckpointintervalmultiplier())),
  };
}

/** Throws INVALID_ARGUMENT for a regular expression that does not parse. */
export function compileFilter({ on, prefixes, regex, checkpointEvery }: FilterSpec): EventFilter {
  const test = prefixes.length > 0 ? prefixTest(prefixes) : regexTest(regex);
  const matches = (record: LogRecord) => test(on === 'stream' ? record.stream : record.type);
  return { matches, checkpointEvery };
}

function prefixTest(prefixes: string[]): (text: string) => boolean {
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
}

function regexTest(source: string): (text: string) => boolean {
  try {
    const regex = new RegExp(source);
    return (text) => regex.test(text);
  } catch (error) {
    throw invalidArgument(`The filter is no regular expression: ${(error as Error).message}`);
  }
}
