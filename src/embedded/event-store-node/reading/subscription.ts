import { pagesOfAll } from '../log/all-reader.js';
import type { EventFilter } from './event-filter.js';
import type { EventStore } from '../event-store.js';
import { streamDeleted } from '../wire/grpc-error.js';
import { MAX_INT64 } from '../log/int64.js';
import type { ReadAnswers } from './read-answers.js';
import type { Origin, ReadQuery } from './read-query.js';
import type { LogRecord } from '../log/record.js';
import { Signal } from './signal.js';
import { StreamNotFound } from './stream-reader.js';

/**
 * Both kinds of subscription follow the same course: read the log until its end is near enough to be in memory, tell the
 * client that it has caught up, then hand on each commit. A client that reads too slowly is told that it fell behind
 * and served from the log again; nothing is kept for it meanwhile.
 */
export async function subscribeToAll(
  store: EventStore,
  query: ReadQuery,
  answers: ReadAnswers,
): Promise<void> {
  const { origin } = query;
  let position = origin === 'start' ? 0 : origin === 'end' ? store.tail.head : origin;
  const selection = new Selection(query.filter, answers);
  answers.confirmation();
  await follow(store, answers, {
    live: () => store.tail.after(position),
    take: async (records) => {
      position = records.at(-1)?.position ?? position;
      await selection.take(records);
    },
    catchUp: () => pagesOfAll(store.log, position + 1, store.tail.head, 'forwards'),
  });
}

export async function subscribeToStream(
  store: EventStore,
  stream: string,
  origin: Origin,
  answers: ReadAnswers,
): Promise<void> {
  // From the start every event of the log is behind us, so the first look at the tail asks for a catch-up.
  let position = origin === 'end' ? store.tail.head : -1;
  let revision = typeof origin === 'number' ? origin : -1;
  if (origin === 'end') revision = await store.streams.lastRevision(stream);
  if (revision === MAX_INT64) throw streamDeleted(stream);
  answers.confirmation();
  await follow(store, answers, {
    live: () => (position < 0 ? undefined : store.tail.after(position)),
    take: async (records) => {
      position = Math.max(position, records.at(-1)?.position ?? position);
      const ours = records.filter((record) => record.stream === stream && record.revision > revision);
      revision = ours.at(-1)?.revision ?? revision;
      if (revision === MAX_INT64) throw streamDeleted(stream);
      await answers.events(ours);
    },
    catchUp: async function* () {
      const head = store.tail.head;
      try {
        yield* store.streams.pages(stream, revision + 1, 'forwards');
      } catch (error) {
        if (!(error instanceof StreamNotFound)) throw error;
      }
      position = head;
    },
  });
}

interface Course {
  /** What was committed and not taken yet, from memory; undefined when the log must be read. */
  live(): LogRecord[] | undefined;
  take(records: LogRecord[]): Promise<void>;
  catchUp(): AsyncGenerator<LogRecord[]>;
}

async function follow(store: EventStore, answers: ReadAnswers, course: Course): Promise<void> {
  const { call } = answers;
  const signal = new Signal();
  const unfollow = store.tail.follow(signal.set);
  call.onClose(signal.set);
  let isCaughtUp = false;
  try {
    while (!call.closed) {
      const records = course.live();
      if (records === undefined) {
        if (isCaughtUp) answers.fellBehind();
        isCaughtUp = false;
        for await (const page of course.catchUp()) {
          await course.take(page);
          if (call.closed) return;
        }
      } else if (records.length > 0) {
        await course.take(records);
      } else {
        if (!isCaughtUp) answers.caughtUp();
        isCaughtUp = true;
        await answers.flush();
        if (course.live()?.length === 0) await signal.wait();
      }
    }
  } finally {
    unfollow();
  }
}

/** Picks the events that a filter lets through, and says now and then how far it has looked. */
class Selection {
  #looked = 0;

  constructor(
    readonly filter: EventFilter | undefined,
    readonly answers: ReadAnswers,
  ) {}

  async take(records: LogRecord[]): Promise<void> {
    if (!this.filter) return this.answers.events(records);
    let matched: LogRecord[] = [];
    for (const record of records) {
      if (this.filter.matches(record)) matched.push(record);
      if (++this.#looked < this.filter.checkpointEvery) continue;
      await this.answers.events(matched);
      this.answers.checkpoint(record.position);
      matched = [];
      this.#looked = 0;
    }
    await this.answers.events(matched);
  }
}
