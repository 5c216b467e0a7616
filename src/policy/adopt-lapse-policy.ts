import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Caller } from '../access/caller.js';
import { contextOf } from '../access/command-context.js';
import { Clock } from '../clock.js';
import type { Rejection } from '../event-store/decider.js';
import type { Outcome } from '../event-store/decision-runner.js';
import { LapsePolicies } from './lapse-policies.js';
import { LAPSE_POLICY_STREAM, type PolicyTerms } from './policy.events.js';

/** A caller's wish for another lapse policy, on the command bus. */
export class AdoptPolicy extends Command<Outcome | Rejection> {
  /** @param request what the caller sent, told apart from a retry by its fingerprint; defaults of ours are no part of it */
  constructor(
    readonly terms: PolicyTerms,
    readonly reason: string | undefined,
    readonly caller: Caller,
    readonly request: object,
  ) {
    super();
  }
}

@CommandHandler(AdoptPolicy)
export class AdoptPolicyHandler implements ICommandHandler<AdoptPolicy> {
  constructor(
    private readonly policies: LapsePolicies,
    private readonly clock: Clock,
  ) {}

  execute({ terms, reason, caller, request }: AdoptPolicy): Promise<Outcome | Rejection> {
    const context = contextOf(LAPSE_POLICY_STREAM, 'AdoptLapsePolicy', caller, request);
    return this.policies.adopt({ terms, reason, at: this.clock.now() }, context, caller.onlyAt);
  }
}
