import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { Clock } from '../clock.js';
import { sha256 } from '../event-store/hash-chain.js';
import { SegmentDecisions } from './change-segment.js';
import { readyMadeSegments } from './ready-made-segments.js';
import { RULE_VERSION } from './rule.js';
import { segmentStream } from './segment.events.js';

const READY_MADE = 'b7c2f5a8-13d9-4e0b-8f6c-5a92d41e7036';
const AGAIN_MS = 10_000;

export const readyMadeId = (key: string): string => uuidv5(key, READY_MADE);

/** Defines, at the start, the ready-made segments that nobody ever defined; what the business made of the others stays. */
@Injectable()
export class ReadyMadeSegments implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Segments');
  private timer: NodeJS.Timeout | undefined;
  private defining: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly segments: SegmentDecisions,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.define();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.defining;
  }

  /** The store may not be there yet: then it is tried again. */
  private define(): void {
    this.defining = this.defineAll().catch((error: Error) => {
      this.logger.warn(`the ready-made segments are defined later: ${error.message}`);
      if (!this.stopped) this.timer = setTimeout(() => this.define(), AGAIN_MS).unref();
    });
  }

  private async defineAll(): Promise<void> {
    for (const { key, ...named } of readyMadeSegments) {
      if (this.stopped) return;
      const segmentId = readyMadeId(key);
      const data = { ...named, ruleVersion: RULE_VERSION };
      await this.segments.run({
        stream: segmentStream(segmentId),
        context: {
          ...{ commandId: segmentId, correlationId: segmentId, causationId: segmentId },
          ...{ fingerprint: sha256(key), actor: { id: 'automation', role: 'automation' } },
          source: 'automation',
        },
        decide: (segment) =>
          segment === null ? [{ type: 'SegmentDefined', data, occurredAt: this.clock.now() }] : [],
      });
    }
  }
}
