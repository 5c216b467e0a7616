import { Controller, Get, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { Clock } from '../../src/clock.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { etagOf } from '../../src/http/if-match.js';
import { UuidParam } from '../../src/http/validation.js';
import { DocumentsMove, MovedClient, sentOn } from '../moved-client.js';
import { answered } from '../read-models.js';
import { ClientCard } from './client-card.answers.js';
import { GetClientCard } from './client-card.queries.js';

@ApiTags('clients')
@Roles('staff', 'auditor')
@Controller('clients')
export class ClientCardController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @ApiOperation({
    summary: 'The card of a client: all there is to know before dealing with it, and what to do',
    description: 'Overdue, due, at risk and the like are told as of now.',
  })
  @ApiOkResponse({
    type: ClientCard,
    headers: { ETag: { description: 'revision of the client', schema: { type: 'string', example: '"12"' } } },
  })
  @DocumentsMove()
  @Get(':clientId')
  async card(
    @UuidParam('clientId') clientId: string,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientCard | { mergedInto: string }> {
    const query = new GetClientCard(clientId, this.clock.now(), wait);
    const card = answered(reply, await this.queries.execute(query));
    if (card instanceof MovedClient) return sentOn(reply, card);
    void reply.header('ETag', etagOf(card.revision));
    return card;
  }
}
