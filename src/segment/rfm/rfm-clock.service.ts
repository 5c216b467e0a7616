import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v5 as uuidv5 } from 'uuid';
import { Clock } from '../../clock.js';
import { unlessElsewhere } from '../../database.js';
import { Codec } from '../../event-store/codec.js';
import { DecisionRunner } from '../../event-store/decision-runner.js';
import { EventStore } from '../../event-store/event-store.js';
import { sha256 } from '../../event-store/hash-chain.js';
import type { Instant } from '../../schema/instant.js';
import { RFM_CUTS_STREAM, rfmEvents, type RfmCutsData, type RfmEvent } from './rfm-cuts.events.js';

export const RFM_CLOCK = Symbol('rfm clock');

export interface RfmClockOptions {
  /** seconds between two looks at whether it is another day, 0 = never */
  readonly seconds: number;
  /** @returns how the clients stand to each other now; null while none was ever serviced */
  readonly measure: () => Promise<RfmCutsData | null>;
  /** @returns the business's day of an instant */
  readonly dayOf: (at: Instant) => string;
}

/** An arbitrary constant: whoever holds this advisory lock is measuring. */
const MEASURING = 7_415_236_303;
/** Names the measuring of each day. */
const CUTS = 'f0a4c9d1-6b4e-4c39-9a57-0f3b8d2c7e15';

/** When cuts were last taken; null before. */
export type RfmState = { readonly lastAt: Instant } | null;

/**
 * Records once a day of the business how the clients stand to each other, for their scores by rank depend on all of them.
 * Whoever measures, and however often: the command of a day is the same, and its first answer stands.
 */
@Injectable()
export class RfmClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('RfmClock');
  private readonly decisions: DecisionRunner<RfmState, RfmEvent>;
  private timer: NodeJS.Timeout | undefined;
  private measuring: Promise<void> = Promise.resolve();

  constructor(
    eventStore: EventStore,
    private readonly clock: Clock,
    private readonly database: DataSource,
    @Inject(RFM_CLOCK) private readonly options: RfmClockOptions,
  ) {
    this.decisions = new DecisionRunner<RfmState, RfmEvent>(eventStore, new Codec<RfmEvent>(rfmEvents), {
      initial: null,
      evolve: (_state, { occurredAt }) => ({ lastAt: occurredAt }),
    });
  }

  onApplicationBootstrap(): void {
    if (this.options.seconds === 0) return;
    const look = () => {
      this.measuring = this.measuring.then(() => this.sweep());
    };
    this.timer = setInterval(look, this.options.seconds * 1_000).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.measuring;
  }

  /** Takes the cuts of the day, unless they are taken or another process is at it. What goes wrong is left to the next look. */
  async sweep(): Promise<void> {
    try {
      await unlessElsewhere(this.database, MEASURING, () => this.takeCuts());
    } catch (error) {
      this.logger.warn(`how clients stand to each other is measured later: ${(error as Error).message}`);
    }
  }

  private async takeCuts(): Promise<void> {
    const at = this.clock.now();
    const day = this.options.dayOf(at);
    const taken = (state: RfmState) => state !== null && this.options.dayOf(state.lastAt) >= day;
    if (taken((await this.decisions.load(RFM_CUTS_STREAM)).state)) return;
    const data = await this.options.measure();
    if (data === null) return;
    const commandId = uuidv5(day, CUTS);
    await this.decisions.run({
      stream: RFM_CUTS_STREAM,
      context: {
        ...{ commandId, correlationId: commandId, causationId: commandId, fingerprint: sha256(day) },
        ...{ actor: { id: 'clock', role: 'clock' }, source: 'clock' },
      },
      decide: (state) => (taken(state) ? [] : [{ type: 'RfmCutsTaken', data, occurredAt: at }]),
    });
  }
}
