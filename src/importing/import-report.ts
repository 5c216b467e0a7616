import type { RefusedLine } from './client-fact.js';

/** What an import came to, or has come to so far. Each line that is not empty is recorded, known or refused. */
export interface ImportReport {
  readonly source: string;
  /** nothing was appended: the figures say what would have been */
  readonly dryRun: boolean;
  /** lines with something in them */
  readonly lines: number;
  readonly recorded: number;
  /** facts that were on record already */
  readonly known: number;
  readonly refused: number;
  /** the first of the refused lines, by number; `refused` counts all */
  readonly refusedLines: readonly RefusedLine[];
  readonly events: number;
  readonly clients: number;
  /** clients of whom something new was recorded */
  readonly clientsChanged: number;
  /** of the last event appended; null if there was none */
  readonly position: bigint | null;
  readonly milliseconds: number;
}

/** How far an import has come. First every line is read, then the facts are recorded, client by client. */
export interface ImportProgress {
  readonly phase: 'reading' | 'recording';
  /** bytes of the input read, as they came (packed, if they were) */
  readonly bytes: number;
  readonly lines: number;
  /** facts to decide on in the second phase, and how many have been */
  readonly facts: number;
  readonly decided: number;
  readonly clients: number;
}

/** An import that did not come to its end. What it had recorded stays; the same import again records the rest. */
export class ImportFailed extends Error {
  constructor(
    readonly report: ImportReport,
    cause: unknown,
  ) {
    super(`the import broke off: ${wordsOf(cause)}`, { cause });
    this.name = 'ImportFailed';
  }
}

/** Some errors of the network carry no message, only a code. */
function wordsOf(cause: unknown): string {
  const { message, code } = cause as { message?: unknown; code?: unknown };
  return (
    [message, code, cause].map(String).find((words) => words !== '' && words !== 'undefined') ?? 'unknown'
  );
}

const REFUSALS_KEPT = 1_000;
const PROGRESS_EVERY_MS = 100;

/** Counts while an import runs. */
export class ImportTally {
  phase: ImportProgress['phase'] = 'reading';
  bytes = 0;
  lines = 0;
  facts = 0;
  recorded = 0;
  known = 0;
  events = 0;
  clients = 0;
  clientsChanged = 0;
  private refused = 0;
  private readonly refusedLines: RefusedLine[] = [];
  private lastPosition: bigint | null = null;
  private readonly started = performance.now();
  private shown = -Infinity;

  constructor(
    private readonly source: string,
    private readonly dryRun: boolean,
    private readonly onRefused?: (line: RefusedLine) => void,
    private readonly onProgress?: (progress: ImportProgress) => void,
  ) {}

  refuse(line: RefusedLine): void {
    this.refused++;
    if (this.refusedLines.length < REFUSALS_KEPT) this.refusedLines.push(line);
    this.onRefused?.(line);
  }

  reached(position: bigint): void {
    if (this.lastPosition === null || position > this.lastPosition) this.lastPosition = position;
  }

  /** @param always also if the last showing was only just now */
  show(always = false): void {
    const now = performance.now();
    if (!this.onProgress || (!always && now - this.shown < PROGRESS_EVERY_MS)) return;
    this.shown = now;
    const { phase, bytes, lines, facts, recorded, known, clients } = this;
    const refusedOfFacts = this.refused - (lines - facts);
    this.onProgress({ phase, bytes, lines, facts, decided: recorded + known + refusedOfFacts, clients });
  }

  report(): ImportReport {
    const { source, dryRun, lines, recorded, known, refused, events, clients, clientsChanged } = this;
    return {
      source,
      dryRun,
      lines,
      recorded,
      known,
      refused,
      refusedLines: this.refusedLines.toSorted((a, b) => a.line - b.line),
      events,
      clients,
      clientsChanged,
      position: this.lastPosition,
      milliseconds: Math.round(performance.now() - this.started),
    };
  }
}
