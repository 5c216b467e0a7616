import type { Envelope } from './envelope.js';
import { hashOf } from './hash-chain.js';

/** An event as it is stored, in bytes. */
export interface StoredEvent {
  readonly stream: string;
  readonly revision: number;
  /** UUID, lower case */
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** Where the chain of a stream breaks first. */
export interface ChainBreak {
  readonly stream: string;
  readonly revision: number;
  readonly reason: string;
}

export interface ChainReport {
  readonly streams: number;
  readonly events: number;
  /** streams without hashes from their first event on: whoever wrote them was not Tenure */
  readonly unchained: readonly string[];
  /** the first break of each stream that has one, in the order in which they were met */
  readonly breaks: readonly ChainBreak[];
}

interface Link {
  revision: number;
  hash: string;
}

/**
 * Follows the hash chains of many streams at once (hash-chain.ts says what a link is). Give it the events of each stream
 * in order, from the first on. It finds what was changed, dropped or moved, but not that the end of a stream is missing.
 */
export class ChainCheck {
  private readonly links = new Map<string, Link>();
  private readonly unchained = new Set<string>();
  private readonly breaks = new Map<string, ChainBreak>();
  private events = 0;

  take(event: StoredEvent): void {
    const { stream, revision } = event;
    if (this.unchained.has(stream) || this.breaks.has(stream)) return;
    const before = this.links.get(stream);
    const metadata = parsed(event.metadata) as Partial<Envelope> | undefined;
    if (!before && typeof metadata?.hash !== 'string') {
      this.unchained.add(stream);
      return;
    }
    this.events++;
    const reason = fault(event, metadata, before);
    if (reason) this.breaks.set(stream, { stream, revision, reason });
    else this.links.set(stream, { revision, hash: metadata?.hash ?? '' });
  }

  report(): ChainReport {
    const streams = new Set([...this.links.keys(), ...this.breaks.keys()]).size;
    return {
      streams,
      events: this.events,
      unchained: [...this.unchained],
      breaks: [...this.breaks.values()],
    };
  }
}

function fault(
  event: StoredEvent,
  metadata: Partial<Envelope> | undefined,
  before: Link | undefined,
): string | undefined {
  const { stream, revision, id, type } = event;
  const due = (before?.revision ?? -1) + 1;
  if (revision !== due) return `revision ${due} is missing`;
  if (!metadata || typeof metadata.hash !== 'string') return 'it carries no hash';
  if (metadata.prevHash !== before?.hash)
    return before ? `it does not follow revision ${before.revision}` : 'it names an event before the first';
  const data = parsed(event.data);
  if (data === undefined) return 'its data is not JSON';
  const { hash, ...rest } = metadata as Envelope;
  return hashOf({ stream, revision, id, type, data, metadata: rest }) === hash
    ? undefined
    : 'it is not what was recorded: its hash does not fit';
}

/** @returns undefined for what is no JSON object */
function parsed(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
