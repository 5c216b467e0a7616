import { ApiProperty } from '@nestjs/swagger';
import type { Rejection } from '../event-store/decider.js';
import type { Outcome } from '../event-store/decision-runner.js';
import { answerWith, CommandOutcome } from '../http/command-outcome.js';
import type { FastifyReply } from '../http/fastify-types.js';

/** What every command to a client answers with. */
export class CommandAnswer extends CommandOutcome {
  @ApiProperty({ format: 'uuid' }) clientId!: string;
}

/**
 * Turns the outcome of a command into its answer: 201 where it created something, 200 where there was nothing to do.
 * @throws Problem for a refusal: 400 with the path, 404, or 409 with the state and the rule
 */
export const answer = (
  reply: FastifyReply,
  clientId: string,
  result: Outcome | Rejection,
  created: 200 | 201,
): CommandAnswer => ({ clientId, ...answerWith(reply, result, created) });
