import type { EventStore } from '../event-store.js';
import { uuidKey } from '../log/uuid.js';
import type { LogRecord } from '../log/record.js';
import { encodeReadEvent } from '../reading/record-encoder.js';
import { resolveLink } from '../reading/link-resolver.js';
import { Signal } from '../reading/signal.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import { Checkpoint } from './checkpoint.js';
import { Consumer } from './consumer.js';
import { consumerStrategy, type ConsumerStrategy } from './consumer-strategy.js';
import { groupDropped, tooManyConsumers } from './group-errors.js';
import type { GroupMessage } from './group-message.js';
import { groupKey, type GroupDefinition } from './group-settings.js';
import { GroupSource } from './group-source.js';
import { ParkedMessages } from './parked-messages.js';
import { Throughput } from './throughput.js';

const TICK_MS = 100;
const PAUSE_AFTER_FAILURE_MS = 500;

export type NackAction = 'retry' | 'park' | 'skip' | 'stop';

/** What waits, and who is given it: the work of one persistent subscription group. */
export class SubscriptionGroup {
  readonly consumers: Consumer[] = [];
  readonly parked: ParkedMessages;
  readonly checkpoint: Checkpoint;
  readonly throughput = new Throughput();
  /** Read and not delivered yet, in order. */
  readonly fresh: GroupMessage[] = [];
  /** To be delivered again, before anything fresh. */
  readonly retries: GroupMessage[] = [];
  readonly outstanding = new Map<string, { message: GroupMessage; consumer: Consumer; sentAt: number }>();
  /** Places read and not handled yet, the lowest first. */
  readonly #unfinished = new Set<number>();
  readonly #signal = new Signal();
  readonly #strategy: ConsumerStrategy<Consumer>;
  #source: GroupSource;
  #caughtUp = false;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();
  #ticker: NodeJS.Timeout | undefined;
  #unfollow: () => void = () => undefined;

  constructor(
    readonly store: EventStore,
    readonly definition: GroupDefinition,
    readonly log: (line: string) => void,
  ) {
    this.parked = new ParkedMessages(store, groupKey(definition));
    this.checkpoint = new Checkpoint(store, definition, log);
    this.#strategy = consumerStrategy(definition.settings.strategy);
    this.#source = new GroupSource(store, definition, definition.beginBehind);
  }

  get isLive(): boolean {
    return this.#caughtUp;
  }

  /** Of the last event read, now or before the checkpoint; undefined before any. */
  get lastKnownPlace(): number | undefined {
    return this.#source.lastRead ?? this.checkpoint.place;
  }

  /** Loads what the log knows of the group and begins to read behind its checkpoint. */
  async start(): Promise<void> {
    await Promise.all([this.parked.load(), this.checkpoint.load()]);
    const place = this.checkpoint.place ?? this.definition.beginBehind;
    this.#source = new GroupSource(this.store, this.definition, place);
    this.#unfollow = this.store.tail.follow(this.#signal.set);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS).unref();
    this.#running = this.#run();
  }

  /** Keeps how far it is and ends its consumers' calls. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#ticker);
    this.#unfollow();
    this.#signal.set();
    await this.#running;
    await this.checkpoint.flush(this.#handledTo);
    for (const consumer of [...this.consumers]) consumer.call.fail(groupDropped(this.definition));
  }

  /** Adds a consumer until its call closes. Throws when there are as many as the settings allow. */
  connect(call: GrpcCall, bufferSize: number): Consumer {
    const { maxSubscriberCount } = this.definition.settings;
    if (maxSubscriberCount > 0 && this.consumers.length >= maxSubscriberCount) {
      throw tooManyConsumers(this.definition);
    }
    const consumer = new Consumer(call, bufferSize);
    this.consumers.push(consumer);
    call.onClose(() => this.#disconnect(consumer));
    this.#signal.set();
    return consumer;
  }

  /** The events, named by their ids, are handled. */
  ack(ids: readonly Buffer[]): void {
    for (const id of ids) {
      const message = this.#answered(id);
      if (message) this.#finish(message);
    }
    this.#signal.set();
  }

  /** The events, named by their ids, could not be handled; `action` says what becomes of them. */
  nack(ids: readonly Buffer[], action: NackAction, reason: string, consumer: Consumer): void {
    for (const id of ids) {
      const message = this.#answered(id);
      if (!message) continue;
      if (action === 'skip') this.#finish(message);
      else if (action === 'park') this.#park(message, reason);
      else if (action === 'retry') this.#retry(message, reason);
      else this.retries.push(message);
    }
    if (action === 'stop') consumer.call.fail(groupDropped(this.definition));
    this.#signal.set();
  }

  /** Delivers parked events again, those before revision `stopAt` of the parked stream or all. */
  async replayParked(stopAt: number | undefined): Promise<void> {
    for (const original of await this.parked.takeBack(stopAt)) {
      const message = await this.#message(original, undefined);
      if (message) this.retries.push(message);
    }
    this.#signal.set();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#deliver();
      try {
        if ((await this.#read()) === 'waiting') await this.#signal.wait();
      } catch (error) {
        this.log(`group ${groupKey(this.definition)} cannot read: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS).unref());
      }
    }
  }

  /** Reads ahead while there is room. */
  async #read(): Promise<'read' | 'waiting'> {
    const { historyBufferSize, readBatchSize } = this.definition.settings;
    if (this.fresh.length >= Math.max(1, historyBufferSize)) return 'waiting';
    const { records, more } = await this.#source.next(Math.max(1, readBatchSize));
    this.#caughtUp = !more;
    // All at once, before anything is waited for: else a checkpoint in between would pass over them.
    for (const record of records) this.#unfinished.add(this.#source.placeOf(record));
    for (const record of records) {
      const place = this.#source.placeOf(record);
      const message = await this.#message(record, place);
      if (message) this.fresh.push(message);
      else this.#unfinished.delete(place);
    }
    return more ? 'read' : 'waiting';
  }

  /** Undefined for a link to an event that is gone: nobody could handle it. */
  async #message(original: LogRecord, place: number | undefined): Promise<GroupMessage | undefined> {
    const resolved = this.definition.settings.resolveLinks
      ? await resolveLink(this.store.streams, original)
      : { event: original };
    return resolved.event ? { original, resolved, place, retryCount: 0, dueAt: 0 } : undefined;
  }

  #deliver(): void {
    for (const queue of [this.retries, this.fresh]) {
      while (queue.length > 0 && this.#deliverOne(queue[0] as GroupMessage)) queue.shift();
    }
  }

  #deliverOne(message: GroupMessage): boolean {
    const key = uuidKey(message.original.id);
    if (this.outstanding.has(key)) return false;
    const consumer = this.#strategy.choose(this.consumers, message.resolved.event?.stream ?? '');
    if (!consumer) return false;
    const { messageTimeout } = this.definition.settings;
    const sentAt = Date.now();
    message.dueAt = messageTimeout > 0 ? sentAt + messageTimeout : Infinity;
    consumer.inFlight.add(message);
    consumer.sent++;
    this.outstanding.set(key, { message, consumer, sentAt });
    void consumer.call.sendFrames(encodeReadEvent({ ...message.resolved, retryCount: message.retryCount }));
    return true;
  }

  #answered(id: Buffer): GroupMessage | undefined {
    const entry = this.outstanding.get(uuidKey(id));
    entry?.consumer.answerTimes.note(Date.now() - entry.sentAt);
    return this.#release(id);
  }

  #release(id: Buffer): GroupMessage | undefined {
    const key = uuidKey(id);
    const entry = this.outstanding.get(key);
    this.outstanding.delete(key);
    entry?.consumer.inFlight.delete(entry.message);
    return entry?.message;
  }

  #finish(message: GroupMessage): void {
    this.throughput.count();
    if (message.place === undefined) return;
    this.#unfinished.delete(message.place);
    this.checkpoint.handled(this.#handledTo);
  }

  #retry(message: GroupMessage, reason: string): void {
    if (message.retryCount >= this.definition.settings.maxRetryCount) {
      return this.#park(message, `Reached the most retries. ${reason}`);
    }
    message.retryCount++;
    this.retries.push(message);
  }

  /** Handled only when it is safely parked. */
  #park(message: GroupMessage, reason: string): void {
    this.parked.park(message.original, reason).then(
      () => this.#finish(message),
      (error: Error) => {
        this.log(`an event could not be parked: ${error.message}`);
        this.retries.push(message);
      },
    );
  }

  #disconnect(consumer: Consumer): void {
    this.consumers.splice(this.consumers.indexOf(consumer), 1);
    const lost = [...consumer.inFlight];
    for (const message of lost) this.#release(message.original.id);
    // Its going is not the events' fault: they are due as they were.
    this.retries.unshift(...lost);
    this.#signal.set();
  }

  /** Everything up to this place is handled. */
  get #handledTo(): number {
    const [lowest] = this.#unfinished;
    return lowest === undefined ? this.#source.place : lowest - 1;
  }

  #tick(): void {
    const now = Date.now();
    for (const { message } of [...this.outstanding.values()]) {
      if (message.dueAt > now) continue;
      this.#release(message.original.id);
      this.#retry(message, 'It was not answered in time.');
      this.#signal.set();
    }
    this.checkpoint.tick(this.#handledTo);
    this.throughput.tick(now);
  }
}
