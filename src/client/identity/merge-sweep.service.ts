import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Merges } from './merges.service.js';

export const UNFINISHED_MERGES = Symbol('unfinished merges');
/** Asks the read model for merges that seem to have been broken off. */
export type FindUnfinishedMerges = () => Promise<string[]>;

const EVERY_MS = 60_000;

/** Makes up, at the start and every minute, for merges that were broken off. The read model may lag: what is done is left alone. */
@Injectable()
export class MergeSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Merges');
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly merges: Merges,
    @Inject(UNFINISHED_MERGES) private readonly findUnfinished: FindUnfinishedMerges,
  ) {}

  onApplicationBootstrap(): void {
    this.sweep();
    this.timer = setInterval(() => this.sweep(), EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private sweep(): void {
    this.sweeping = this.sweeping.then(async () => {
      try {
        for (const clientId of await this.findUnfinished()) await this.merges.finish(clientId);
      } catch (error) {
        this.logger.warn(`merges that were broken off are finished later: ${(error as Error).message}`);
      }
    });
  }
}
