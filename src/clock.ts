import { Injectable } from '@nestjs/common';
import type { Instant } from './schema/instant.js';

/** What time it is. A provider, so that a test can live through years; nothing else in the application asks the machine. */
@Injectable()
export class Clock {
  now(): Instant {
    return new Date().toISOString();
  }
}
