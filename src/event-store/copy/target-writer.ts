import { StreamDeletedError } from '@eventstore/db-client';
import { AppendPipeline, type Batch } from './append-pipeline.js';
import { TargetDiverged } from './copy-errors.js';
import { kindOf, type RawEvent } from './raw-event.js';
import type { RawStore } from './raw-store.js';

const BATCH_EVENTS = 500;
const BATCH_BYTES = 256 * 1024;

/** Writes events one after the other: those that follow each other in a stream as one append, many appends at a time. */
export class TargetWriter {
  private batch: Batch | undefined;

  private constructor(
    private readonly target: RawStore,
    private readonly pipeline: AppendPipeline,
    private readonly others: ReadonlySet<string>,
  ) {}

  static async open(target: RawStore, inFlight: number, others: ReadonlySet<string>): Promise<TargetWriter> {
    return new TargetWriter(target, new AppendPipeline(await target.openAppends(), inFlight), others);
  }

  /** @param expected revision of the event before it in its stream, −1 for the first */
  async write(event: RawEvent, expected: number): Promise<void> {
    const { stream } = event;
    if (this.others.has(stream.replace(/^\$\$/, '')))
      throw new TargetDiverged(stream, 'the target had a stream of this name before the copy');
    const kind = kindOf(event);
    const bytes = event.data.length + event.metadata.length + event.type.length;
    if (kind === 'event' && bytes <= BATCH_BYTES) {
      const { batch } = this;
      const joins = batch?.stream === stream && batch.events.length < BATCH_EVENTS;
      if (batch && joins && batch.bytes + bytes <= BATCH_BYTES) {
        batch.events.push(event);
        batch.bytes += bytes;
      } else {
        await this.flush();
        this.batch = { stream, expected, events: [event], bytes };
      }
      return;
    }
    // What a server may refuse for reasons of its own (rights, size) goes alone, lest what follows be written without it.
    await this.finish();
    if (kind === 'tombstone') await this.tombstone(stream, expected);
    else await this.pipeline.send({ stream, expected, events: [event], bytes });
    await this.pipeline.drain();
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<void> {
    await this.flush();
    await this.pipeline.drain();
  }

  close(): void {
    this.pipeline.close();
  }

  private async flush(): Promise<void> {
    const { batch } = this;
    this.batch = undefined;
    if (batch) await this.pipeline.send(batch);
  }

  private async tombstone(stream: string, expected: number): Promise<void> {
    try {
      await this.target.tombstone(stream, expected);
    } catch (error) {
      if (!(error instanceof StreamDeletedError)) throw error;
    }
  }
}
