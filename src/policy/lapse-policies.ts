import { Injectable } from '@nestjs/common';
import { shippedLapsePolicy, type LapsePolicy } from './lapse-policy.js';

/** The lapse policy in force. */
@Injectable()
export class LapsePolicies {
  current(): Promise<LapsePolicy> {
    return Promise.resolve(shippedLapsePolicy);
  }
}
