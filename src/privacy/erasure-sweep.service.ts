import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Erasures } from './erasure.service.js';

const EVERY_MS = 60_000;

/** Records, at the start and every minute, erasures that were broken off. Two at once do no harm: the fact is recorded once. */
@Injectable()
export class ErasureSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Erasures');
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly erasures: Erasures) {}

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
        const finished = await this.erasures.finish();
        if (finished > 0) this.logger.log(`${finished} erasures that had been broken off are recorded`);
      } catch (error) {
        this.logger.warn(`broken off erasures are recorded later: ${(error as Error).message}`);
      }
    });
  }
}
