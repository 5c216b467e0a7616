import type { Appender } from './writing/appender.js';
import type { LiveTail } from './log/live-tail.js';
import type { LogReader } from './log/log-reader.js';
import type { StreamReader } from './reading/stream-reader.js';

/** The parts of an open log that the services work with. */
export interface EventStore {
  appender: Appender;
  tail: LiveTail;
  log: LogReader;
  streams: StreamReader;
}
