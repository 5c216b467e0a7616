import { ApiProperty } from '@nestjs/swagger';
import { Rejection } from '../event-store/decider.js';
import type { Outcome } from '../event-store/decision-runner.js';
import type { FastifyReply } from './fastify-types.js';
import { etagOf } from './if-match.js';
import { refused } from './problem.mapping.js';

class RecordedFact {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'ClientServiced' }) type!: string;
}

/** What every command answers with, beside the id of what it was for. */
export class CommandOutcome {
  @ApiProperty({ description: 'revision after the command, as in `ETag`' }) revision!: number;
  @ApiProperty({ description: 'place in the log; hand it to a query as X-Await-Position' }) position!: string;
  @ApiProperty({
    type: [RecordedFact],
    description: 'the facts recorded; none where there was nothing to do',
  })
  events!: RecordedFact[];
}

/**
 * Turns the outcome of a command into its answer, and sets the status (201 where it created something, 200 where there
 * was nothing to do) and the `ETag`.
 * @throws Problem for a refusal: 400 with the path, 404, or 409 with the state and the rule
 */
export function answerWith(
  reply: FastifyReply,
  result: Outcome | Rejection,
  created: 200 | 201,
): CommandOutcome {
  if (result instanceof Rejection) throw refused(result);
  const { revision, position, events } = result;
  void reply.status(events.length > 0 ? created : 200).header('ETag', etagOf(revision));
  return { revision, position: String(position), events: [...events] };
}
