import { ApiProperty } from '@nestjs/swagger';
import { Rejection } from '../event-store/decider.js';
import type { Outcome } from '../event-store/decision-runner.js';
import type { FastifyReply } from '../http/fastify-types.js';
import { etagOf } from '../http/if-match.js';
import { refused } from '../http/problem.mapping.js';
import { clientIdOf } from './client.events.js';

class RecordedFact {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'ClientServiced' }) type!: string;
}

/** What every command to a client answers with. */
export class CommandAnswer {
  @ApiProperty({ format: 'uuid' }) clientId!: string;
  @ApiProperty({ description: 'revision of the client after the command, as in `ETag`' }) revision!: number;
  @ApiProperty({ description: 'place in the log; hand it to a query as X-Await-Position' }) position!: string;
  @ApiProperty({
    type: [RecordedFact],
    description: 'the facts recorded; none where there was nothing to do',
  })
  events!: RecordedFact[];
}

/**
 * Turns the outcome of a command into its answer: 201 where it created something, 200 where there was nothing to do.
 * @throws Problem for a refusal: 400 with the path, 404, or 409 with the state and the rule
 */
export function answer(reply: FastifyReply, result: Outcome | Rejection, created: 200 | 201): CommandAnswer {
  if (result instanceof Rejection) throw refused(result);
  const { stream, revision, position, events } = result;
  void reply.status(events.length > 0 ? created : 200).header('ETag', etagOf(revision));
  return { clientId: clientIdOf(stream), revision, position: String(position), events: [...events] };
}
