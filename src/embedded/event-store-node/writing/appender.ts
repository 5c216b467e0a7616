import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { RecordedAt, StreamHead } from './expected-version.js';
import { GroupPlan, mayRepeatFrom, streamsTouched } from './group-plan.js';
import { unavailable } from '../wire/grpc-error.js';
import type { LiveTail } from '../log/live-tail.js';
import { LogWriter, type Stretch } from '../log/log-writer.js';
import { RecentEvents } from './recent-events.js';
import { uuidKey } from '../log/uuid.js';
import type { WriteOutcome, WriteRequest } from './write-request.js';

/** A group is closed at whichever comes first. */
const GROUP_EVENTS = 5_000;
const GROUP_BYTES = 8 * 1024 * 1024;
/** Callers are asked to wait while more than this is queued. */
const QUEUE_BYTES = 32 * 1024 * 1024;
const HEADS_CACHED = 100_000;
/** Of the events before, so many are known again when the log is opened, so that a retry across it is recognised. */
const REMEMBERED_AT_START = 10_000;
const DEADLINE_SWEEP_MS = 100;
const RECONNECT_FIRST_MS = 50;
const RECONNECT_MOST_MS = 1_000;

interface Pending {
  request: WriteRequest;
  bytes: number;
  resolve(outcome: WriteOutcome): void;
  reject(error: Error): void;
}

export interface AppenderOptions {
  databaseUrl: string;
  now: () => Date;
  log: (line: string) => void;
}

/**
 * The log's one writer. Requests that arrive while a transaction is under way form the next group: decided in order
 * against the streams' heads, written in one transaction, answered after its commit. When PostgreSQL fails, the outcome
 * of the group is unknown: it is answered with UNAVAILABLE, everything remembered is dropped, and positions and heads are
 * read from the table again on a new connection.
 */
export class Appender {
  #queue: Pending[] = [];
  #queuedBytes = 0;
  #inFlight: Pending[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  #writer: LogWriter | undefined;
  #nextPosition = 1;
  #recovering = false;
  #roomWanted: (() => void)[] = [];
  readonly #heads = new LRUCache<string, StreamHead>({ max: HEADS_CACHED });
  readonly #recent = new RecentEvents();

  private constructor(
    readonly tail: LiveTail,
    readonly options: AppenderOptions,
  ) {}

  /** Opens the log for writing; `tail` is set to its head. Throws what LogWriter.open throws. */
  static async open(tail: LiveTail, options: AppenderOptions): Promise<Appender> {
    const appender = new Appender(tail, options);
    await appender.#open();
    return appender;
  }

  /** Resolves after commit. Throws UNAVAILABLE when the log is away; what was asked may then be written or not. */
  submit(request: WriteRequest): Promise<WriteOutcome> {
    if (!this.#writer || this.#closed)
      return Promise.reject(unavailable('The event log cannot be written now.'));
    return new Promise((resolve, reject) => {
      const bytes = request.events.reduce((sum, event) => sum + event.data.length + event.metadata.length, 0);
      this.#queue.push({ request, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Undefined while there is room in the queue, else a promise of it. */
  room(): Promise<void> | undefined {
    if (this.#queuedBytes < QUEUE_BYTES) return undefined;
    return new Promise((resolve) => this.#roomWanted.push(resolve));
  }

  /** Finishes what is queued, then lets the log go. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#writer?.close();
    this.#writer = undefined;
  }

  async #run(): Promise<void> {
    const sweep = setInterval(() => this.#answerOverdue(), DEADLINE_SWEEP_MS).unref();
    // What arrives in the same turn of the event loop joins the first group.
    await nextTurn();
    while (this.#queue.length > 0) {
      this.#inFlight = this.#takeGroup();
      try {
        await this.#write(this.#inFlight);
      } catch (error) {
        this.#recover(error as Error);
      }
      this.#inFlight = [];
    }
    clearInterval(sweep);
    this.#running = undefined;
  }

  #takeGroup(): Pending[] {
    let events = 0;
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && events < GROUP_EVENTS && bytes < GROUP_BYTES) {
      const pending = this.#queue[count++] as Pending;
      events += pending.request.events.length;
      bytes += pending.bytes;
    }
    this.#queuedBytes -= bytes;
    if (this.#queuedBytes < QUEUE_BYTES) for (const resume of this.#roomWanted.splice(0)) resume();
    return this.#queue.splice(0, count);
  }

  async #write(group: Pending[]): Promise<void> {
    const writer = this.#writer;
    if (!writer) throw new Error('the log is not open');
    const now = Date.now();
    const timely = group.filter(({ request }) => !request.deadline || request.deadline > now);
    const heads = await this.#loadHeads(writer, timely);
    const recorded = await this.#loadRecorded(writer, timely, heads);
    const plan = new GroupPlan(heads, this.#recent, this.#nextPosition, this.options.now());
    const outcomes = timely.map(({ request }) => {
      const places = recorded.get(request);
      return plan.decide(request, places && ((event) => places.get(uuidKey(event.id))));
    });
    if (plan.records.length > 0) await writer.append(plan.records);
    this.#nextPosition += plan.records.length;
    for (const [stream, head] of heads) this.#heads.set(stream, head);
    this.tail.publish(plan.records);
    timely.forEach((pending, index) => pending.resolve(outcomes[index] as WriteOutcome));
    for (const pending of group) pending.resolve({ kind: 'timed-out' });
  }

  async #loadHeads(writer: LogWriter, group: Pending[]): Promise<Map<string, StreamHead>> {
    const heads = new Map<string, StreamHead>();
    for (;;) {
      const missing = new Set<string>();
      for (const { request } of group) {
        for (const stream of streamsTouched(request, heads)) {
          if (heads.has(stream)) continue;
          const cached = this.#heads.get(stream);
          if (cached) heads.set(stream, cached);
          else missing.add(stream);
        }
      }
      if (missing.size > 0) {
        for (const [stream, head] of await writer.streamHeads([...missing])) heads.set(stream, head);
      } else if (
        group.every(({ request }) => streamsTouched(request, heads).every((name) => heads.has(name)))
      ) {
        return heads;
      }
    }
  }

  /** For requests that may repeat an earlier one, beyond what is remembered: where their events stand. */
  async #loadRecorded(
    writer: LogWriter,
    group: Pending[],
    heads: Map<string, StreamHead>,
  ): Promise<Map<WriteRequest, Map<string, RecordedAt>>> {
    const asked: WriteRequest[] = [];
    const stretches: Stretch[] = [];
    for (const { request } of group) {
      const { stream, events } = request;
      const first = mayRepeatFrom(request, heads.get(stream));
      if (first === undefined || events.every((event) => this.#recent.find(event.id, stream))) continue;
      asked.push(request);
      stretches.push({ stream, first, last: first + events.length - 1 });
    }
    if (asked.length === 0) return new Map();
    const found = await writer.recordedIn(stretches);
    return new Map(asked.map((request, index) => [request, found[index] as Map<string, RecordedAt>]));
  }

  #answerOverdue(): void {
    const now = Date.now();
    for (const pending of [...this.#inFlight, ...this.#queue]) {
      const { deadline } = pending.request;
      if (deadline && deadline <= now) pending.resolve({ kind: 'timed-out' });
    }
  }

  async #open(): Promise<void> {
    const writer = await LogWriter.open(this.options.databaseUrl, (error) => this.#recover(error));
    const head = await writer.lastPosition();
    const last = await writer.lastEvents(REMEMBERED_AT_START);
    if (this.#closed) return writer.close();
    for (const { id, stream, revision, position } of last) this.#recent.add(id, stream, revision, position);
    this.#nextPosition = head + 1;
    this.#writer = writer;
    this.tail.reset(head);
  }

  #recover(error: Error): void {
    if (this.#recovering || this.#closed) return this.#failPending();
    this.#recovering = true;
    this.options.log(`the event log failed, reconnecting: ${error.message}`);
    const broken = this.#writer;
    this.#writer = undefined;
    this.#heads.clear();
    this.#recent.clear();
    this.#failPending();
    void this.#reopen(broken);
  }

  #failPending(): void {
    const failed = [...this.#inFlight, ...this.#queue.splice(0)];
    this.#queuedBytes = 0;
    for (const resume of this.#roomWanted.splice(0)) resume();
    for (const pending of failed) {
      pending.reject(unavailable('The event log failed; whether the events were written is unknown.'));
    }
  }

  async #reopen(broken: LogWriter | undefined): Promise<void> {
    await broken?.close();
    for (let wait = RECONNECT_FIRST_MS; !this.#closed; wait = Math.min(wait * 2, RECONNECT_MOST_MS)) {
      try {
        await this.#open();
        this.#recovering = false;
        this.options.log(`the event log is open again at position ${this.#nextPosition - 1}`);
        return;
      } catch (error) {
        this.options.log(`the event log cannot be opened yet: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, wait).unref());
      }
    }
  }
}
