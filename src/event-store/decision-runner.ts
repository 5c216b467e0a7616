import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Codec, StreamHead } from './codec.js';
import { Rejection, type Decider, type Decision } from './decider.js';
import type { CommandContext, RecordedEvent } from './envelope.js';
import type { DomainEvent } from './event-definition.js';
import { EventStoreUnavailable, RevisionConflict, type EventStore } from './event-store.js';

/** What a command came to: the facts it recorded, and where the stream stands after them. */
export interface Outcome {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  /** none where there was nothing to do */
  readonly events: readonly { readonly id: string; readonly type: string }[];
}

/** The same idempotency key came with another request. */
export class CommandIdReused extends Error {
  constructor() {
    super('this idempotency key was used before, for another request');
    this.name = 'CommandIdReused';
  }
}

export interface DecisionRequest<State, Event extends DomainEvent> {
  readonly stream: string;
  readonly context: CommandContext;
  /** the caller's condition: the revision at which the stream must stand; without it a conflict is decided again */
  readonly onlyAt?: number;
  readonly decide: (state: State) => Decision<Event>;
  /** a bet that there is no such stream, which saves the read; where it is lost, the append tells, and it is read after all */
  readonly presumeNew?: boolean;
}

/** A stream as last read: its state, its head, and the commands it has seen. */
interface LoadedStream<State> {
  state: State;
  head: StreamHead & { readonly position: bigint };
  readonly commands: Map<string, { readonly fingerprint: string; readonly outcome: Outcome }>;
}

const ATTEMPTS = 30;
/** How long, in ms, an overtaken command waits at most before it tries again; less the first times. */
const LONGEST_PAUSE = 50;
const CACHED_EVENTS = 200_000;

/**
 * Runs decisions on streams: read, fold, decide, append at the expected revision; on a conflict read on and decide again.
 * A command that the stream has seen is answered as the first time. One instance serves one kind of aggregate.
 */
export class DecisionRunner<State, Event extends DomainEvent> {
  /** Weighed by events, since a stream is as large as its history. A stale entry is harmless: the append tells. */
  private readonly cache = new LRUCache<string, LoadedStream<State>>({
    maxSize: CACHED_EVENTS,
    sizeCalculation: ({ head }) => head.revision + 2,
  });
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly eventStore: EventStore,
    private readonly codec: Codec<Event>,
    private readonly decider: Pick<Decider<State, never, Event>, 'initial' | 'evolve'>,
  ) {}

  /**
   * @returns what was recorded, or why it was refused
   * @throws RevisionConflict if the stream does not stand at `onlyAt`, CommandIdReused, EventStoreUnavailable
   */
  run(request: DecisionRequest<State, Event>): Promise<Outcome | Rejection> {
    return this.oneAtATime(request.stream, () => this.decide(request));
  }

  /** @returns a stream as the store has it now; the initial state at revision −1 where there is no such stream */
  load(stream: string): Promise<{ readonly state: State; readonly revision: number }> {
    return this.oneAtATime(stream, async () => {
      const { state, head } = await this.read(stream, this.cache.get(stream) ?? this.empty());
      return { state, revision: head.revision };
    });
  }

  private async decide(request: DecisionRequest<State, Event>): Promise<Outcome | Rejection> {
    const { stream, context } = request;
    let loaded = this.cache.get(stream);
    let fresh = loaded === undefined && !request.presumeNew;
    loaded ??= fresh ? await this.read(stream, this.empty()) : this.empty();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = loaded.commands.get(context.commandId);
      if (seen) {
        if (seen.fingerprint !== context.fingerprint) throw new CommandIdReused();
        return seen.outcome;
      }
      const conflict = request.onlyAt !== undefined && request.onlyAt !== loaded.head.revision;
      const decision = conflict ? [] : request.decide(loaded.state);
      if (!(decision instanceof Rejection) && decision.length > 0) {
        const outcome = await this.append(loaded, decision, request);
        if (outcome) return outcome;
        // Another process is at this stream. A pause of random length keeps two from overtaking each other for ever.
        await delay(Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt));
      } else if (fresh) {
        if (conflict) throw new RevisionConflict(stream, request.onlyAt ?? -1);
        return decision instanceof Rejection ? decision : outcomeOf(stream, loaded.head, []);
      }
      // Refused, nothing to do, or overtaken: only what the store holds now can say so for certain.
      loaded = await this.read(stream, loaded);
      fresh = true;
    }
    throw new EventStoreUnavailable(new Error(`${stream} was overtaken ${ATTEMPTS} times`));
  }

  /** @returns null if the stream has moved on */
  private async append(
    loaded: LoadedStream<State>,
    events: readonly Event[],
    { stream, context }: DecisionRequest<State, Event>,
  ): Promise<Outcome | null> {
    await this.codec.readyToWrite(stream, events);
    const stored = this.codec.encode(stream, events, context, loaded.head);
    try {
      const position = await this.eventStore.append(stream, stored, loaded.head.revision);
      const { hash } = stored.at(-1)?.metadata as { hash: string };
      const head = { revision: loaded.head.revision + events.length, hash, position };
      const outcome = outcomeOf(stream, head, stored);
      loaded.commands.set(context.commandId, { fingerprint: context.fingerprint, outcome });
      loaded.state = events.reduce((state, event) => this.decider.evolve(state, event), loaded.state);
      loaded.head = head;
      this.cache.set(stream, loaded);
      return outcome;
    } catch (error) {
      if (error instanceof RevisionConflict) return null;
      // Whether it was written is unknown now; the next command has to look.
      this.cache.delete(stream);
      throw error;
    }
  }

  /** Reads what came after the given state of the stream, and folds it in. */
  private async read(stream: string, from: LoadedStream<State>): Promise<LoadedStream<State>> {
    const resolved = await this.eventStore.readStream(stream, from.head.revision + 1);
    const loaded = { ...from };
    for (const recorded of resolved.map((event) => this.codec.decode(event))) {
      loaded.state = this.decider.evolve(loaded.state, recorded.event);
      loaded.head = {
        revision: recorded.revision,
        hash: recorded.envelope.hash,
        position: recorded.position,
      };
      remember(loaded.commands, recorded);
    }
    if (loaded.head.revision >= 0) this.cache.set(stream, loaded);
    return loaded;
  }

  private empty(): LoadedStream<State> {
    const head = { revision: -1, hash: undefined, position: 0n };
    return { state: this.decider.initial, head, commands: new Map() };
  }

  /** Commands to one stream queue up within this process, so that a crowd on one client does not overtake itself. */
  private async oneAtATime<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(stream) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.queues.set(stream, mine);
    try {
      return await mine;
    } finally {
      if (this.queues.get(stream) === mine) this.queues.delete(stream);
    }
  }
}

const outcomeOf = (
  stream: string,
  head: { revision: number; position: bigint },
  events: readonly { id: string; type: string }[],
): Outcome => ({
  stream,
  revision: head.revision,
  position: head.position,
  events: events.map(({ id, type }) => ({ id, type })),
});

function remember(
  commands: LoadedStream<unknown>['commands'],
  { stream, revision, position, id, event, envelope }: RecordedEvent,
): void {
  const { commandId, fingerprint } = envelope;
  const events = [...(commands.get(commandId)?.outcome.events ?? []), { id, type: event.type }];
  commands.set(commandId, { fingerprint, outcome: { stream, revision, position, events } });
}
