import { ApiProperty } from '@nestjs/swagger';
import type { Actor, RecordedEvent } from '../event-store/envelope.js';
import { CommandOutcome } from '../http/command-outcome.js';
import { Text } from '../schema/fields.js';
import type { Instant } from '../schema/instant.js';
import { shippedLapsePolicy } from './lapse-policy.js';
import { PolicyTerms, type PolicyEvent } from './policy.events.js';

/** A policy to adopt. */
export class AdoptLapsePolicyBody extends PolicyTerms {
  @Text({ about: 'why it is adopted', optional: true, max: 500 })
  reason?: string;
}

/** What an adoption answers with. */
export class PolicyAnswer extends CommandOutcome {
  @ApiProperty({ description: 'number of the policy in force after the command' }) version!: number;
}

class PolicyAuthor implements Actor {
  @ApiProperty() id!: string;
  @ApiProperty() role!: string;
}

/** A policy, and who adopted it when; of the one that ships with Tenure, version 0, there is nobody to name. */
export class PolicyVersion extends AdoptLapsePolicyBody {
  @ApiProperty({ description: 'number of the policy; 0 is the one that ships with Tenure' })
  version!: number;

  @ApiProperty({ required: false, format: 'date-time' }) adoptedAt?: Instant;
  @ApiProperty({ required: false, type: PolicyAuthor }) adoptedBy?: Actor;
}

export class LapsePolicyAnswer {
  @ApiProperty({ type: PolicyVersion }) inForce!: PolicyVersion;
  @ApiProperty({ type: [PolicyVersion], description: 'all there were, the one in force first' })
  versions!: PolicyVersion[];
}

/** @param adopted the oldest first */
export function policyAnswer(adopted: readonly RecordedEvent<PolicyEvent>[]): LapsePolicyAnswer {
  const versions = adopted.map(({ event: { data, occurredAt: adoptedAt }, envelope: { actor } }) => ({
    ...data,
    adoptedAt,
    adoptedBy: actor,
  }));
  const all: PolicyVersion[] = [shippedLapsePolicy, ...versions];
  return { inForce: all.at(-1) as PolicyVersion, versions: all.reverse() };
}
