import type { ExpectedVersion } from './expected-version.js';
import { parseUint64 } from '../log/int64.js';

/** The choice that every writing request has, under slightly different names. */
interface Expectation {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

/** The expected version of a request; `revision` is its number as the wire has it. */
export function expectedOf(options: Expectation, revision: string): ExpectedVersion {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  return options.hasStreamExists() ? 'stream-exists' : parseUint64(revision);
}
