import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { EventStore } from '../event-store/event-store.js';
import { deliveryOf, isAfter, type AnyCodec } from './delivery.js';
import type { ProjectionRunner } from './projection-runner.js';

type Subscription = ReturnType<EventStore['subscribe']>;

type Resolved = Parameters<AnyCodec['decode']>[0];

/** What has arrived on one subscription and was not offered yet. */
interface Intake {
  readonly arrived: Resolved[];
  /** events taken from it whose keys are being fetched */
  inHand: number;
  /** whether somebody is taking from it */
  busy: boolean;
  readonly over: () => boolean;
}

/** Events that may wait for keys before the stream is paused. */
const GATHER = 2_000;
/** How often, catching up, it waits 2 ms for more of them. */
const RESTS = 4;
const BACKOFF = { first: 100, most: 5_000 };

/**
 * One subscription, shared by the projections that follow it: each event is read and decoded once and offered to all.
 * When one of them has no room for more, the stream is paused. When the subscription breaks, it is taken up again where
 * it broke, for as long as it takes.
 */
export class Feed {
  readonly followers = new Set<ProjectionRunner>();
  /** whether all that was in the log when the subscription caught up has been offered */
  live = false;
  /** the last event offered when it last became live */
  caughtUpAt: bigint | null = null;
  private readonly log = new Logger('projection feed');
  private subscription: Subscription | undefined;
  private held = false;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;
  private backoff = BACKOFF.first;
  /** events still to come of those that were read before the subscription said that it had caught up */
  private behind: number | null = null;

  /** @param delivered position after which it begins; null for the beginning of the log */
  constructor(
    private readonly store: EventStore,
    private readonly codec: AnyCodec,
    private readonly prefixes: string[],
    public delivered: bigint | null,
  ) {}

  add(runner: ProjectionRunner): void {
    this.followers.add(runner);
    runner.live = this.live;
    runner.wake();
  }

  get isHeld(): boolean {
    return this.held;
  }

  open(): void {
    if (this.closed) return;
    let over = false;
    const end = (error?: Error): void => {
      if (over) return;
      over = true;
      this.resubscribe(error);
    };
    const intake: Intake = { arrived: [], inHand: 0, busy: false, over: () => over || this.closed };
    try {
      const subscription = this.store.subscribe(this.prefixes, this.delivered);
      this.subscription = subscription;
      this.behind = null;
      subscription
        .on('error', end)
        .on('end', () => end())
        .on('close', () => end())
        .on('confirmation', () => (this.backoff = BACKOFF.first))
        .on('fellBehind', () => this.setLive(false))
        .on('caughtUp', () =>
          this.caughtUp(subscription.readableLength + intake.arrived.length + intake.inHand),
        )
        .on('data', (resolved) => {
          if (intake.over()) return;
          intake.arrived.push(resolved);
          // While keys are fetched, what arrives gathers, up to a bound.
          if (!intake.busy) void this.take(intake, subscription, end);
          else if (intake.arrived.length >= GATHER) subscription.pause();
        });
      if (this.held) subscription.pause();
    } catch (error) {
      end(error as Error);
    }
  }

  /** Reads what has arrived, in order, and at once where no keys are wanted; else those of all of it are fetched first. */
  private async take(intake: Intake, subscription: Subscription, end: (error: Error) => void): Promise<void> {
    const { arrived, over } = intake;
    intake.busy = true;
    try {
      while (arrived.length > 0 && !over()) {
        if (!this.live) await this.gather(intake);
        const batch = arrived.splice(0);
        intake.inHand = batch.length;
        const subjects = this.codec.subjectsToFetch(batch);
        if (subjects.length > 0) await this.codec.readyToRead(subjects);
        for (const resolved of batch) {
          if (over()) return;
          intake.inHand--;
          this.receive(resolved);
        }
      }
    } catch (error) {
      end(error as Error);
    }
    intake.busy = false;
    if (!over() && !this.held && subscription.isPaused()) subscription.resume();
  }

  /** Catching up, keys are fetched for many events in one query instead of for the few of a packet. Live, nothing waits. */
  private async gather(intake: Intake): Promise<void> {
    for (let rests = 0; rests < RESTS && intake.arrived.length < GATHER && !intake.over(); rests++)
      await delay(2);
  }

  private receive(resolved: Resolved): void {
    const delivery = deliveryOf(this.codec, resolved);
    if (isAfter(delivery.position, this.delivered)) {
      this.delivered = delivery.position;
      let full = false;
      for (const follower of this.followers) {
        follower.offer(delivery);
        full ||= follower.isFull;
      }
      if (full) this.hold();
    }
    if (this.behind !== null) this.caughtUp(this.behind - 1);
  }

  /** The word arrives ahead of the events that are still buffered in the stream; they count as before it. */
  private caughtUp(behind: number): void {
    this.behind = behind > 0 ? behind : null;
    if (this.behind === null) this.setLive(true);
  }

  private setLive(live: boolean): void {
    this.live = live;
    if (live) this.caughtUpAt = this.delivered;
    for (const follower of this.followers) {
      follower.live = live;
      follower.wake();
    }
  }

  private hold(): void {
    this.held = true;
    this.subscription?.pause();
  }

  /** Reads on if every follower has room again. */
  relieve(): void {
    if (!this.held || ![...this.followers].every((follower) => follower.hasRoom)) return;
    this.held = false;
    this.subscription?.resume();
  }

  private resubscribe(error: Error | undefined): void {
    this.setLive(false);
    void this.leave();
    if (this.closed) return;
    this.log.warn(`subscription broke, next try in ${this.backoff} ms: ${error?.message ?? 'it ended'}`);
    this.retry = setTimeout(() => this.open(), this.backoff);
    this.backoff = Math.min(2 * this.backoff, BACKOFF.most);
  }

  /** Cancels the stream, so that none leaks: a hundred open streams stop a process. */
  private async leave(): Promise<void> {
    const subscription = this.subscription;
    this.subscription = undefined;
    if (!subscription) return;
    // Against a server that does not answer there may be no stream yet to cancel; nobody shall wait for it.
    const bound = delay(1_000, undefined, { ref: false });
    await Promise.race([subscription.unsubscribe().catch(() => undefined), bound]);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    this.followers.clear();
    await this.leave();
  }
}
