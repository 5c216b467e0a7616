import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../clock.js';
import { unlessElsewhere } from '../../database.js';
import { LapsePolicies } from '../../policy/lapse-policies.js';
import { ClientDecisions } from '../change-client.js';
import { sweepLapses, type SweepTools } from './lapse-clock.js';
import { rememberLooks } from './lapse-memory.js';

export const LAPSE_CLOCK = Symbol('lapse clock');

export interface LapseClockOptions {
  /** seconds between two sweeps, 0 = never */
  readonly seconds: number;
  readonly find: SweepTools['find'];
}

/** An arbitrary constant: whoever holds this advisory lock is sweeping. */
const SWEEPING = 7_415_236_302;

/** Sweeps every so often, one process at a time. Late or missed sweeps move nobody: a lapse is dated at its due instant. */
@Injectable()
export class LapseClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('LapseClock');
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly clients: ClientDecisions,
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
    private readonly database: DataSource,
    @Inject(LAPSE_CLOCK) private readonly options: LapseClockOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.seconds > 0) this.wait();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private wait(): void {
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep().finally(() => {
        if (!this.stopped) this.wait();
      });
    }, this.options.seconds * 1_000);
    this.timer.unref();
  }

  /** Sweeps now, unless another process is at it. Whatever goes wrong is left to the next sweep. */
  async sweep(): Promise<void> {
    try {
      await unlessElsewhere(this.database, SWEEPING, async () => {
        const { asked, lapsed } = await sweepLapses(
          {
            clients: this.clients,
            policy: () => this.policies.current(),
            find: this.options.find,
            remember: (looks) => rememberLooks(this.database, looks),
            onFault: (clientId, { message }) =>
              this.logger.error(`client ${clientId} could not be looked at: ${message}`),
          },
          this.clock.now(),
          () => this.stopped,
        );
        if (lapsed > 0) this.logger.log(`${lapsed} clients lapsed, of ${asked} looked at`);
      });
    } catch (error) {
      this.logger.warn(`a sweep was broken off, the next one goes on: ${(error as Error).message}`);
    }
  }
}
