import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import type { RecordedEvent } from '../event-store/envelope.js';
import type { Build } from './build.js';
import { LeadLost, recordPause, type Failure, type Lead, type Progress } from './checkpoint.js';
import { CrossFill } from './cross-fill.js';
import { isAfter, isUnreadable, type Delivery, type Unreadable } from './delivery.js';
import { faultIn, isFault } from './fault.js';
import { foldBatch, keysToLoad, type Cross } from './fold-batch.js';
import { follows, typesHandled } from './handlers.js';
import { BatchWriter } from './write-batch.js';

/** Events in one transaction at most. More of them make nothing faster, and take memory for rows before and after. */
const BATCH = 2_000;
/** Events that may wait, so that reading goes on during a write; beyond it the feed is held. */
const QUEUE = 2 * BATCH;
/** How long a part of a batch waits for the rest while catching up, in ms. */
const LINGER = 200;
const BACKOFF = { first: 100, most: 5_000 };

/** An event at which the projection fails, alone and again. */
class Poison extends Error {
  constructor(
    readonly event: RecordedEvent | Unreadable,
    override readonly cause: unknown,
  ) {
    super('poison');
  }
}

/**
 * Keeps one projection under one lead: takes the events offered to it, folds them and writes them, batch after batch, each
 * exactly once. It ends by being stopped, by losing the lead, or by pausing at an event that it cannot handle.
 */
export class ProjectionRunner {
  /** whether its feed has caught up: then every event is written as it comes */
  live = false;
  state: 'running' | 'paused' | 'stopped' = 'running';
  /** the last event offered, whether or not it concerned this projection */
  reached: Progress;
  private readonly log: Logger;
  private readonly handled: Set<string>;
  private readonly writer: BatchWriter;
  private readonly fills: CrossFill[];
  /** whether the fills are known as they stand under this lead */
  private loaded = false;
  private readonly stopping = new AbortController();
  private queue: RecordedEvent[] = [];
  private obstacle: Unreadable | undefined;
  private work: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private movedAt = performance.now();

  /**
   * @param lead as just taken
   * @param tell who wants to know: of every batch written, and of the end
   * @param upTo what lies after it is left alone; null for no end
   */
  constructor(
    readonly build: Build,
    private readonly pool: Pool,
    private lead: Lead,
    private readonly tell: { moved(): void; paused(): void; leadLost(): void },
    private readonly upTo: Progress | null = null,
  ) {
    this.log = new Logger(`projection ${build.name} ${build.label}`);
    this.handled = typesHandled(build.projection);
    this.writer = new BatchWriter(pool, build);
    this.fills = build.projection.tables.flatMap((rule) =>
      rule.shape === 'cross' ? [new CrossFill(pool, build, rule as Cross)] : [],
    );
    this.reached = lead;
  }

  get position(): bigint | null {
    return this.lead.position;
  }

  get isFull(): boolean {
    return this.queue.length >= QUEUE;
  }

  get hasRoom(): boolean {
    return this.queue.length <= QUEUE - BATCH;
  }

  /** @returns whether nothing waits to be written */
  get isIdle(): boolean {
    return !this.work && !this.hasWork();
  }

  /** @returns whether every cross table is complete */
  get isFilled(): boolean {
    return this.fills.length === 0 || (this.loaded && this.fills.every((fill) => fill.isFilled));
  }

  hasReached(position: bigint): boolean {
    return !isAfter(position, this.lead.position);
  }

  /** @returns for how long, in ms, it has held up its feed without writing anything */
  get stalledFor(): number {
    return this.isFull ? performance.now() - this.movedAt : 0;
  }

  /** Takes an event, in the order of the log; one that it has had before is dropped. */
  offer(delivery: Delivery): void {
    if (this.state !== 'running' || this.obstacle || !isAfter(delivery.position, this.reached.position))
      return;
    if (this.upTo && isAfter(delivery.position, this.upTo.position)) {
      this.reached = this.upTo;
      return this.wake();
    }
    if (isUnreadable(delivery)) {
      if (this.needs(delivery)) {
        this.obstacle = delivery;
        return this.wake();
      }
    } else if (this.concerns(delivery)) this.queue.push(delivery);
    this.reached = delivery;
    this.wake();
  }

  private concerns({ event, stream }: RecordedEvent): boolean {
    return this.handled.has(event.type) && follows(this.build.projection, stream);
  }

  /** A type that we know and do not handle is none of our business. One that we do not know might have been. */
  private needs({ type, known, stream }: Unreadable): boolean {
    return follows(this.build.projection, stream) && (this.handled.has(type) || !known);
  }

  /** Sets off the writing of what waits: at once when live; catching up, when a batch is full or has lingered. */
  wake(): void {
    if (this.work || this.state !== 'running' || !this.hasWork()) return;
    if (this.isDue()) this.start();
    else this.timer ??= setTimeout(() => this.start(), LINGER);
  }

  private isDue(): boolean {
    return this.live || this.obstacle !== undefined || this.queue.length >= BATCH;
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.work || this.state !== 'running') return;
    this.work = this.drain().finally(() => {
      this.work = undefined;
      this.wake();
    });
  }

  private hasWork(): boolean {
    return this.hasEvents() || this.canFill();
  }

  private hasEvents(): boolean {
    return this.obstacle !== undefined || isAfter(this.reached.position, this.lead.position);
  }

  /** Catching up, nothing is filled: rows that are still to change need not be crossed yet. */
  private canFill(): boolean {
    return this.live && !this.isFilled;
  }

  /** Writes until nothing is due. Never rejects: what fails is tried again, or ends the runner. */
  private async drain(): Promise<void> {
    let backoff = BACKOFF.first;
    // Events of one packet arrive in one turn of the loop; they belong in one batch.
    await setImmediate();
    do {
      const begun = performance.now();
      let written = 0;
      try {
        await this.loadFills();
        if (this.hasEvents()) await this.writeNext();
        written = performance.now() - begun;
        if (this.state === 'running' && this.canFill()) await this.fillNext();
        backoff = BACKOFF.first;
      } catch (error) {
        if (error instanceof LeadLost) return this.endByLeadLost(error);
        this.log.warn(`will try again in ${backoff} ms: ${String(error)}`);
        await this.rest(backoff);
        backoff = Math.min(2 * backoff, BACKOFF.most);
      }
      // A transaction costs about the same for one event as for twenty, so the busier the process, the more a batch gathers.
      if (this.live) await this.rest(written);
    } while (this.state === 'running' && this.hasWork() && this.isDue());
  }

  private async rest(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async writeNext(): Promise<void> {
    const events = this.queue.slice(0, BATCH);
    const last = events.at(-1);
    try {
      await this.apply(events, last && events.length < this.queue.length ? last : this.reached);
      if (this.obstacle && events.length === this.queue.length)
        throw new Poison(this.obstacle, this.obstacle.error);
    } catch (error) {
      if (!(error instanceof Poison)) throw error;
      const { id, stream, revision } = error.event;
      return this.pause(failureOf(error), `event ${id} at ${stream}@${revision}`);
    }
    this.queue.splice(0, events.length);
    this.tell.moved();
  }

  private async loadFills(): Promise<void> {
    if (this.loaded || this.fills.length === 0) return;
    for (const fill of this.fills) await fill.load();
    this.loaded = true;
    this.tell.moved();
  }

  /** Fills the next chunk of a cross; a chunk that fails gets one more try. Between two of them events are written. */
  private async fillNext(): Promise<void> {
    const fill = this.fills.find((one) => !one.isFilled);
    if (!fill) return;
    const next = async (): Promise<void> => {
      const { writes, statements, committed } = await fill.chunk();
      await this.writer.write(this.lead, this.lead, writes, 0, statements);
      committed();
    };
    const unlessFault = (error: unknown): void => {
      if (!isFault(error)) throw error;
    };
    await next().catch(async (error: unknown) => {
      unlessFault(error);
      await next().catch(async (again: unknown) => {
        unlessFault(again);
        const { name } = fill.rule.table;
        await this.pause(failureOfFill(fill, this.lead, again), `filling ${name} after ${fill.cursor}`);
      });
    });
    this.movedAt = performance.now();
    if (this.state === 'running') this.tell.moved();
  }

  /**
   * Applies events up to `to`. When handlers or their rows fail, the batch is halved until the event is alone that does
   * it, so that all before it are applied; alone it gets one more try.
   */
  private async apply(events: readonly RecordedEvent[], to: Progress, lastTry = false): Promise<void> {
    const fresh = events.filter((event) => isAfter(event.position, this.lead.position));
    const [first] = fresh;
    try {
      await this.write(fresh, to);
    } catch (error) {
      if (!first || !isFault(error)) throw error;
      if (fresh.length === 1) {
        if (lastTry) throw new Poison(first, error);
        return this.apply(fresh, to, true);
      }
      const middle = fresh.length >> 1;
      await this.apply(fresh.slice(0, middle), fresh[middle - 1] as RecordedEvent);
      await this.apply(fresh.slice(middle), to);
    }
  }

  private async write(events: readonly RecordedEvent[], to: Progress): Promise<void> {
    if (!isAfter(to.position, this.lead.position)) return;
    const { projection } = this.build;
    const loaded = await this.writer.load(faultIn(() => keysToLoad(projection, events)));
    const crossings = new Map(
      this.fills.map((fill) => [fill.rule.table.name, (key: string) => fill.referencesFor(key)]),
    );
    const writes = faultIn(() => foldBatch(projection, events, loaded, crossings));
    const steps = faultIn(() => this.fills.flatMap((fill) => fill.after(writes) ?? []));
    const besides = steps.flatMap(({ statements }) => statements);
    await this.writer.write(this.lead, to, writes, events.length, besides);
    for (const { committed } of steps) committed();
    this.lead = { epoch: this.lead.epoch, position: to.position, recordedAt: to.recordedAt };
    this.movedAt = performance.now();
  }

  /** @param where it fails, in words */
  private async pause(failure: Failure, where: string): Promise<void> {
    await recordPause(this.pool, this.build, this.lead, failure);
    if (this.state !== 'running') return;
    this.state = 'paused';
    this.queue = [];
    this.log.error(`paused before ${where}: ${failure.message}`);
    this.tell.paused();
  }

  private endByLeadLost(error: LeadLost): void {
    if (this.state !== 'running') return;
    this.state = 'stopped';
    this.log.warn(error.message);
    this.tell.leadLost();
  }

  /** Lets the batch in hand come to its end, and takes no other. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.work;
  }
}

function failureOf({ event, cause }: Poison): Failure {
  const { id, stream, revision, position } = event;
  const type = isUnreadable(event) ? event.type : event.event.type;
  return { eventId: id, type, stream, revision, position: String(position), ...messageOf(cause) };
}

const NO_EVENT = '00000000-0000-0000-0000-000000000000';

/** No event is to blame, and there is none to pass over: who parks it only has it tried again. */
function failureOfFill({ rule, cursor }: CrossFill, { position }: Progress, cause: unknown): Failure {
  const place = { type: `filling ${rule.table.name}`, stream: `rows after ${cursor}`, revision: 0 };
  return { eventId: NO_EVENT, ...place, position: String(position ?? 0n), ...messageOf(cause) };
}

function messageOf(cause: unknown): Pick<Failure, 'message' | 'stack'> {
  const error = cause instanceof Error && cause.name === 'HandlerFault' ? cause.cause : cause;
  return {
    message: error instanceof Error ? error.message : String(error),
    ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
  };
}
