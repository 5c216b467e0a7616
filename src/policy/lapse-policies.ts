import { Injectable } from '@nestjs/common';
import { Codec } from '../event-store/codec.js';
import type { Rejection } from '../event-store/decider.js';
import { DecisionRunner, type Outcome } from '../event-store/decision-runner.js';
import type { CommandContext, RecordedEvent } from '../event-store/envelope.js';
import { EventStore } from '../event-store/event-store.js';
import { policyOf, shippedLapsePolicy, type LapsePolicy } from './lapse-policy.js';
import { policyDecider, type AdoptLapsePolicy, type PolicyState } from './policy.decider.js';
import { LAPSE_POLICY_STREAM, policyEvents, type PolicyEvent } from './policy.events.js';

/** How long, in ms, commands may go by a policy that another process has replaced. */
const FRESH_MS = 1_000;

/** The lapse policies of the business: the one in force, those before it, and the adoption of another. */
@Injectable()
export class LapsePolicies {
  private readonly codec = new Codec<PolicyEvent>(policyEvents);
  private readonly decisions: DecisionRunner<PolicyState, PolicyEvent>;
  private known: Promise<LapsePolicy> | undefined;
  private readAt = 0;

  constructor(private readonly eventStore: EventStore) {
    this.decisions = new DecisionRunner(eventStore, this.codec, policyDecider);
  }

  /**
   * @returns the policy in force: an adoption by this process counts at once, another's within a second
   * @throws EventStoreUnavailable
   */
  current(): Promise<LapsePolicy> {
    if (!this.known || performance.now() - this.readAt > FRESH_MS) {
      this.readAt = performance.now();
      const reading = this.read();
      this.known = reading;
      reading.catch(() => {
        if (this.known === reading) this.known = undefined;
      });
    }
    return this.known;
  }

  private async read(): Promise<LapsePolicy> {
    const adopted = (await this.decisions.load(LAPSE_POLICY_STREAM)).state;
    return adopted ? policyOf(adopted) : shippedLapsePolicy;
  }

  /** @param onlyAt the caller's condition: how many policies must have been adopted before, less one */
  async adopt(
    command: AdoptLapsePolicy,
    context: CommandContext,
    onlyAt?: number,
  ): Promise<Outcome | Rejection> {
    try {
      const decide = (state: PolicyState) => policyDecider.decide(state, command);
      return await this.decisions.run({ stream: LAPSE_POLICY_STREAM, context, onlyAt, decide });
    } finally {
      // Also where it failed: it may have been written all the same.
      this.known = undefined;
    }
  }

  /** @returns every policy ever adopted, the oldest first */
  async adopted(): Promise<RecordedEvent<PolicyEvent>[]> {
    const events = await this.eventStore.readStream(LAPSE_POLICY_STREAM);
    return events.map((event) => this.codec.decode(event));
  }
}
