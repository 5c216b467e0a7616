import { Controller, Get, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { DocumentsMove, MovedClient, sentOn } from '../../src/client/moved-client.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { ApiPage } from '../../src/http/page-schema.js';
import type { Page } from '../../src/http/paging.js';
import { Rows } from '../../src/http/representation.js';
import { refuseEmptySpan } from '../../src/http/span.js';
import { UuidParam } from '../../src/http/validation.js';
import { answered } from '../read-models.js';
import { HistoryEntry, HistoryQuery } from './client-history.answers.js';
import { GetClientHistory } from './client-history.queries.js';

const HISTORY_COLUMNS = [
  ...['occurredAt', 'recordedAt', 'kind', 'category', 'summary', 'data', 'actor.id', 'actor.role', 'source'],
  ...['revision', 'position', 'eventId', 'clientId', 'amendedBy'],
];

/** Of the data, whose fields differ from kind to kind, CSV makes one cell. */
const historyRows = ({ items = [] }: Partial<Page<HistoryEntry>>) =>
  items.map((entry) => ({ ...entry, data: JSON.stringify(entry.data) }));

@ApiTags('clients')
@Roles('staff', 'auditor')
@Controller('clients')
export class ClientHistoryController {
  constructor(private readonly queries: QueryBus) {}

  @ApiOperation({
    summary: 'The history of a client: every fact in words, newest first',
    description:
      'Facts are ordered by when they happened; those of one instant by when they were recorded. Those of clients that were merged into this one are among them. What was put right says so.',
  })
  @DocumentsMove()
  @ApiPage(HistoryEntry)
  @Rows(historyRows, { columns: HISTORY_COLUMNS })
  @Get(':clientId/history')
  async history(
    @UuidParam('clientId') clientId: string,
    @Query() query: HistoryQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<HistoryEntry> | { mergedInto: string }> {
    refuseEmptySpan(query);
    const page = answered(reply, await this.queries.execute(new GetClientHistory(clientId, query, wait)));
    return page instanceof MovedClient ? sentOn(reply, page) : page;
  }
}
